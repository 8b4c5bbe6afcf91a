package token

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"example.com/templatesite/internal/web"
)

// Token is what is known about a token. Its secret is not.
type Token struct {
	ID          int64
	Name, Owner string
	Scopes      []string
	Created     time.Time
	// Expires is nil for a token that never does.
	Expires, Revoked *time.Time
	// Used is the hour of the last use.
	Used *time.Time
}

// State returns active, expired or revoked.
func (t *Token) State(now time.Time) string {
	switch {
	case t.Revoked != nil:
		return "revoked"
	case t.Expires != nil && !now.Before(*t.Expires):
		return "expired"
	}
	return "active"
}

// ErrNone is the error when there is no active token of that name, and ErrExists when there is one.
var (
	ErrNone   = errors.New("there is no active token of that name")
	ErrExists = errors.New("there is an active token of that name: rotate or revoke it, or choose another name")
)

// maxText is the length of the longest name, owner and scope.
const maxText = 100

// check returns an error for texts that could not be shown on a line of a table or of the log.
func (t *Token) check() error {
	if len(t.Scopes) == 0 {
		return errors.New("a token without a scope could do nothing")
	}
	for _, text := range append([]string{t.Name, t.Owner}, t.Scopes...) {
		invisible := func(c rune) bool { return c < '!' || c > '~' }
		if text == "" || len(text) > maxText || strings.ContainsFunc(text, invisible) {
			return fmt.Errorf("%.100q must be 1 to %d visible ASCII characters, without spaces", text, maxText)
		}
	}
	return nil
}

// Create makes a token with the name, the owner, the scopes and the expiry of one, and returns its
// secret, which nobody can find out later. It sets ID and Created.
func (t *Tokens) Create(ctx context.Context, one *Token) (secret string, err error) {
	if err := one.check(); err != nil {
		return "", err
	}
	err = t.db.Tx(ctx, func(tx web.Querier) error {
		active, err := t.active(ctx, tx, one.Name)
		if err != nil {
			return err
		}
		if len(active) > 0 {
			return ErrExists
		}
		secret, err = t.insert(ctx, tx, one)
		return err
	})
	return secret, err
}

const insertSQL = `-- api_token.insert
	insert into api_token (name, owner, scopes, hash, created, expires)
	values ($1, $2, $3, $4, $5, $6)
	returning id`

func (t *Tokens) insert(ctx context.Context, tx web.Querier, one *Token) (secret string, err error) {
	secret = newSecret(t.prefix)
	h := web.HashSecret(secret)
	one.Created = time.Now().UTC()
	return secret, tx.QueryRowContext(ctx, insertSQL, one.Name, one.Owner, strings.Join(one.Scopes, " "), h[:],
		web.Timestamp(&one.Created), web.OptionalTimestamp(&one.Expires)).Scan(&one.ID)
}

const listSQL = `-- api_token.list
	select id, name, owner, scopes, created, expires, revoked, used
	from api_token
	order by id`

// List returns all tokens in the order in which they were made.
func (t *Tokens) List(ctx context.Context) ([]Token, error) { return list(ctx, t.read) }

func list(ctx context.Context, q web.Querier) (all []Token, err error) {
	rows, err := q.QueryContext(ctx, listSQL)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var one Token
		var scopes string
		err := rows.Scan(&one.ID, &one.Name, &one.Owner, &scopes, web.Timestamp(&one.Created),
			web.OptionalTimestamp(&one.Expires), web.OptionalTimestamp(&one.Revoked), web.OptionalTimestamp(&one.Used))
		if err != nil {
			return nil, err
		}
		one.Scopes = strings.Fields(scopes)
		all = append(all, one)
	}
	return all, rows.Err()
}

// active returns the active tokens of that name, the newest last.
func (t *Tokens) active(ctx context.Context, tx web.Querier, name string) (active []Token, err error) {
	all, err := list(ctx, tx)
	for _, one := range all {
		if one.Name == name && one.State(time.Now()) == "active" {
			active = append(active, one)
		}
	}
	return active, err
}

const shortenSQL = `-- api_token.shorten
	update api_token
	set expires = $1
	where name = $2 and revoked is null and id <> $3 and (expires is null or expires > $1)`

// Rotate makes a token that is like the newest active one of that name, and lives as long from now. The
// others expire after overlap, in which programs take over the new secret.
func (t *Tokens) Rotate(ctx context.Context, name string, overlap time.Duration) (one Token, secret string, err error) {
	err = t.db.Tx(ctx, func(tx web.Querier) error {
		active, err := t.active(ctx, tx, name)
		if err != nil {
			return err
		}
		if len(active) == 0 {
			return ErrNone
		}
		one = active[len(active)-1]
		one.Used = nil
		now := time.Now().UTC()
		if one.Expires != nil {
			expires := now.Add(one.Expires.Sub(one.Created))
			one.Expires = &expires
		}
		if secret, err = t.insert(ctx, tx, &one); err != nil {
			return err
		}
		end := now.Add(overlap)
		_, err = tx.ExecContext(ctx, shortenSQL, web.Timestamp(&end), name, one.ID)
		return err
	})
	return one, secret, err
}

const revokeSQL = `-- api_token.revoke
	update api_token
	set revoked = $1
	where name = $2 and revoked is null
	returning id`

// Revoke ends all tokens of that name, and returns their ids. It holds on every replica after 5
// seconds.
func (t *Tokens) Revoke(ctx context.Context, name string) (ids []int64, err error) {
	now := time.Now()
	rows, err := t.write.QueryContext(ctx, revokeSQL, web.Timestamp(&now), name)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var id int64
		if err := rows.Scan(&id); err != nil {
			return nil, err
		}
		ids = append(ids, id)
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	if len(ids) == 0 {
		return nil, ErrNone
	}
	slices.Sort(ids)
	return ids, nil
}
