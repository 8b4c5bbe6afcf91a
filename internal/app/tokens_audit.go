package app

import (
	"context"
	"os"
	"os/user"
	"strconv"
	"time"

	"example.com/templatesite/internal/audit"
	"example.com/templatesite/internal/token"
	"example.com/templatesite/internal/web"
)

// auditedTokens are tokens whose changes are recorded, each in its transaction.
type auditedTokens struct {
	tokens
	db web.DB
}

// audited returns the same tokens. If the service has a trail, it records what the commands change.
func (s Service) audited(db web.DB, t tokens) tokens {
	if !s.Audit {
		return t
	}
	return auditedTokens{t, db}
}

// operator returns a context of the user of the operating system who runs the command.
func operator(ctx context.Context) context.Context {
	uid := strconv.Itoa(os.Getuid())
	caller := &web.Caller{ID: "uid:" + uid, Name: "uid:" + uid}
	if u, err := user.LookupId(uid); err == nil { // a container may have no list of users
		caller.Name = u.Username
	}
	caller.Owner = caller.Name
	return web.WithInfo(ctx, &web.Info{Caller: caller})
}

// record carries out a change, which returns the ids of the tokens that it was about.
func (a auditedTokens) record(ctx context.Context, operation string, change func(context.Context) (ids []int64, err error)) error {
	trail := audit.New(a.db)
	return a.db.Atomic(operator(ctx), func(ctx context.Context) error {
		ids, err := change(ctx)
		for _, id := range ids {
			if err == nil {
				err = trail.Record(ctx, web.Change{Operation: operation, Resource: "token", Row: strconv.FormatInt(id, 10)})
			}
		}
		return err
	})
}

// Create is recorded as create.
func (a auditedTokens) Create(ctx context.Context, one *token.Token) (secret string, err error) {
	err = a.record(ctx, "create", func(ctx context.Context) ([]int64, error) {
		secret, err = a.tokens.Create(ctx, one)
		return []int64{one.ID}, err
	})
	return secret, err
}

// Rotate is recorded as rotate, with the id of the new token.
func (a auditedTokens) Rotate(ctx context.Context, name string, overlap time.Duration) (one token.Token, secret string, err error) {
	err = a.record(ctx, "rotate", func(ctx context.Context) ([]int64, error) {
		one, secret, err = a.tokens.Rotate(ctx, name, overlap)
		return []int64{one.ID}, err
	})
	return one, secret, err
}

// Revoke is recorded as revoke, for each token.
func (a auditedTokens) Revoke(ctx context.Context, name string) (ids []int64, err error) {
	err = a.record(ctx, "revoke", func(ctx context.Context) ([]int64, error) {
		ids, err = a.tokens.Revoke(ctx, name)
		return ids, err
	})
	return ids, err
}
