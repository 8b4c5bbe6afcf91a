package session

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/hex"
	"errors"
	"strings"
	"time"

	"example.com/templatesite/internal/web"
)

// What happens to a session, for OnChange.
const (
	SignIn  = "sign-in"
	SignOut = "sign-out"
	// End is the end of a session by another sign-in, of the same browser or of a caller who has many.
	End = "end"
)

// OnChange is called with what happens to a session, in a context of DB.Atomic and in the transaction of
// that change: an error undoes it. Who makes the change is in the web.Info of ctx. The id is the beginning
// of the hash in the table, in hexadecimal: it is no secret. A session that has expired ends without a
// change.
type OnChange func(ctx context.Context, operation, id string) error

// OnChange sets what is called. It must be called before the first request.
func (s *Sessions) OnChange(f OnChange) { s.onChange = f }

const idBytes = 8

func (s *Sessions) changed(ctx context.Context, operation string, hash []byte) error {
	if s.onChange == nil {
		return nil
	}
	return s.onChange(ctx, operation, hex.EncodeToString(hash[:idBytes]))
}

const (
	insertSQL = `-- api_session.insert
	insert into api_session (hash, caller, name, owner, scopes, created, expires)
	values ($1, $2, $3, $4, $5, $6, $7)`

	trimSQL = `-- api_session.trim
	delete from api_session
	where caller = $1 and created < (
		select min(created) from (
			select created from api_session where caller = $1 order by created desc limit $2
		) as newest
	)
	returning hash`
)

// create makes a session of a caller, whoever proved who they are, in the place of one with a former
// secret, if there is one. It returns the new secret.
func (s *Sessions) create(ctx context.Context, c *web.Caller, former string) (secret string, err error) {
	random := make([]byte, secretBytes)
	_, _ = rand.Read(random) // it never returns an error
	secret = encoding.EncodeToString(random)
	hash, now := web.HashSecret(secret), time.Now()
	expires := now.Add(maxIdle)
	err = s.db.Atomic(ctx, func(ctx context.Context) error {
		if err := s.end(ctx, former, End); err != nil {
			return err
		}
		_, err := s.write.ExecContext(ctx, insertSQL, hash[:], c.ID, c.Name, c.Owner, strings.Join(c.Scopes, " "), web.Timestamp(&now), web.Timestamp(&expires))
		if err != nil {
			return err
		}
		if err := s.changed(ctx, SignIn, hash[:]); err != nil {
			return err
		}
		return s.trim(ctx, c)
	})
	if err != nil {
		return "", err
	}
	s.callers.Forget(web.HashSecret(former))
	s.sweep(ctx)
	return secret, nil
}

// trim ends the oldest sessions of a caller who has too many.
func (s *Sessions) trim(ctx context.Context, c *web.Caller) error {
	rows, err := s.write.QueryContext(ctx, trimSQL, c.ID, maxOfCaller)
	if err != nil {
		return err
	}
	defer rows.Close()
	var ended [][]byte
	for rows.Next() {
		var hash []byte
		if err := rows.Scan(&hash); err != nil {
			return err
		}
		ended = append(ended, hash)
	}
	if err := rows.Err(); err != nil {
		return err
	}
	for _, hash := range ended {
		if err := s.changed(ctx, End, hash); err != nil {
			return err
		}
	}
	return nil
}

const endSQL = `-- api_session.end
	delete from api_session
	where hash = $1
	returning caller, name, owner`

// end ends the session of a secret, if there is one. Without another caller, that of the session is the one who
// ends it.
func (s *Sessions) end(ctx context.Context, secret, operation string) error {
	if !isSecret(secret) {
		return nil
	}
	hash, caller := web.HashSecret(secret), new(web.Caller)
	err := s.write.QueryRowContext(ctx, endSQL, hash[:]).Scan(&caller.ID, &caller.Name, &caller.Owner)
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	if err != nil {
		return err
	}
	if info := *web.InfoFrom(ctx); info.Caller == nil {
		info.Caller = caller
		ctx = web.WithInfo(ctx, &info)
	}
	return s.changed(ctx, operation, hash[:])
}

// signOut ends a session, here at once and on other replicas within 5 seconds.
func (s *Sessions) signOut(ctx context.Context, secret string) error {
	err := s.db.Atomic(ctx, func(ctx context.Context) error { return s.end(ctx, secret, SignOut) })
	if err == nil {
		s.callers.Forget(web.HashSecret(secret))
	}
	return err
}
