// Package token is how programs say who they are: each has a secret, of which a table of its own
// beside those of the resources has a hash, so that every replica knows it.
//
// It does not know HTTP or the resources: package web reads the header, and compares scopes.
package token

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"example.com/templatesite/internal/web"
)

// useTimeout is how long storing that a token was used takes at most.
const useTimeout = 200 * time.Millisecond

// idPrefix is before the id of the token in the id of its caller.
const idPrefix = "token:"

//go:embed migrations
var migrations embed.FS

// Table returns the migrations of the table. It is no resource: it has no routes and no fixtures.
func Table() web.Resource { return web.Resource{Name: "api_token", Migrations: migrations} }

// Tokens are the tokens of a service. They are safe for concurrent use.
type Tokens struct {
	db          web.DB
	read, write web.Querier
	prefix      string
	callers     *web.Callers
}

// New returns the tokens of a service by that name, on a database that has the table.
func New(db web.DB, service string) *Tokens {
	t := &Tokens{db: db, prefix: service + "_"}
	t.read, t.write = db.Queriers()
	t.callers = web.NewCallers(t.find)
	return t
}

// Identify is a web.Identify. What it finds out counts for 5 seconds.
func (t *Tokens) Identify(ctx context.Context, secret string) (*web.Caller, error) {
	h := web.HashSecret(secret)
	if caller := t.callers.Remembered(h); caller != nil { // the usual case
		return caller, nil
	}
	if !isSecret(t.prefix, secret) {
		return nil, fmt.Errorf("%w: this is no token of the service, or has a typo", web.ErrUnknownCaller)
	}
	return t.callers.Find(ctx, h)
}

// The clock of the database decides, which all replicas share.
const findSQL = `-- api_token.find
	select id, name, owner, scopes, used, revoked is null and (expires is null or expires > current_timestamp)
	from api_token
	where hash = $1`

func (t *Tokens) find(ctx context.Context, h web.SecretHash) (*web.Caller, error) {
	var id int64
	var scopes string
	var used *time.Time
	var valid bool
	caller := new(web.Caller)
	err := t.read.QueryRowContext(ctx, findSQL, h[:]).Scan(&id, &caller.Name, &caller.Owner, &scopes, web.OptionalTimestamp(&used), &valid)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, fmt.Errorf("%w: there is no such token", web.ErrUnknownCaller)
	}
	if err != nil {
		return nil, err
	}
	caller.ID, caller.Scopes = idPrefix+strconv.FormatInt(id, 10), strings.Fields(scopes)
	if !valid {
		return nil, fmt.Errorf("%w: %s (%s) has expired or is revoked", web.ErrUnknownCaller, caller.ID, caller.Name)
	}
	t.use(ctx, h, used)
	return caller, nil
}

const useSQL = `-- api_token.use
	update api_token
	set used = $1
	where hash = $2 and (used is null or used < $1)`

// use stores the hour in which a token was used, once. An error makes no difference to the request: on
// a database that cannot be written to, tokens go on working.
func (t *Tokens) use(ctx context.Context, h web.SecretHash, used *time.Time) {
	hour := time.Now().UTC().Truncate(time.Hour)
	if used != nil && !used.Before(hour) {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, useTimeout)
	defer cancel()
	_, _ = t.write.ExecContext(ctx, useSQL, web.Timestamp(&hour), h[:])
}
