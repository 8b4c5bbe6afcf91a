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

const (
	// lookups is how many secrets are looked up at once. More would take connections from the
	// requests of callers that are known.
	lookups = 4
	// lookupTimeout is how long a lookup takes at most, and useTimeout storing that it was used.
	lookupTimeout = 2 * time.Second
	useTimeout    = 200 * time.Millisecond
)

//go:embed migrations
var migrations embed.FS

// Table returns the migrations of the table. It is no resource: it has no routes and no fixtures.
func Table() web.Resource { return web.Resource{Name: "api_token", Migrations: migrations} }

// Tokens are the tokens of a service. They are safe for concurrent use.
type Tokens struct {
	db          web.DB
	read, write web.Querier
	prefix      string
	// known has the answers for secrets that are valid, and unknown those for others, so that no
	// number of guesses displaces the valid ones.
	known, unknown cache
	// renewals are lookups of secrets that were valid a moment ago. They do not wait for those
	// of strangers.
	renewals, others *web.Limiter
}

// New returns the tokens of a service by that name, on a database that has the table.
func New(db web.DB, service string) *Tokens {
	t := &Tokens{db: db, prefix: service + "_", renewals: web.NewLimiter(lookups), others: web.NewLimiter(lookups)}
	t.read, t.write = db.Queriers()
	return t
}

var errBusy = errors.New("too many tokens are being looked up")

// Identify is a web.Identify. What it finds out counts for 5 seconds.
func (t *Tokens) Identify(ctx context.Context, secret string) (*web.Caller, error) {
	h := hashOf(secret)
	known := t.known.get(h)
	if known.isFresh() { // the usual case
		return known.caller, nil
	}
	if !isSecret(t.prefix, secret) {
		return nil, fmt.Errorf("%w: this is no token of the service, or has a typo", web.ErrUnknownCaller)
	}
	if unknown := t.unknown.get(h); unknown.isFresh() {
		return nil, unknown.err
	}
	if known == nil { // feature: throttle
		if err := web.MayLookUp(ctx); err != nil {
			return nil, err
		}
	}
	limiter := t.others
	if known != nil {
		limiter = t.renewals
	}
	if !limiter.Acquire(ctx) {
		return nil, errors.Join(errBusy, ctx.Err())
	}
	defer limiter.Release()
	for _, c := range []*cache{&t.known, &t.unknown} {
		if a := c.get(h); a.isFresh() { // somebody else has just looked
			return a.caller, a.err
		}
	}
	return t.lookUp(ctx, h)
}

// lookUp asks the database, and remembers what it says.
func (t *Tokens) lookUp(ctx context.Context, h hash) (*web.Caller, error) {
	a := &answer{until: time.Now().Add(remembered)} // as of now: the row may change from here on
	ctx, cancel := context.WithTimeout(ctx, lookupTimeout)
	defer cancel()
	caller, used, err := t.find(ctx, h)
	switch {
	case errors.Is(err, web.ErrUnknownCaller):
		a.err = err
		t.unknown.put(h, a)
		return nil, err
	case err != nil:
		return nil, fmt.Errorf("look up a token: %w", err)
	}
	a.caller = caller
	t.known.put(h, a)
	t.use(ctx, h, used)
	return caller, nil
}

// The clock of the database decides, which all replicas share.
const findSQL = `-- api_token.find
	select id, name, owner, scopes, used, revoked is null and (expires is null or expires > current_timestamp)
	from api_token
	where hash = $1`

func (t *Tokens) find(ctx context.Context, h hash) (caller *web.Caller, used *time.Time, err error) {
	var id int64
	var scopes string
	var valid bool
	caller = new(web.Caller)
	err = t.read.QueryRowContext(ctx, findSQL, h[:]).Scan(&id, &caller.Name, &caller.Owner, &scopes, web.OptionalTimestamp(&used), &valid)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil, fmt.Errorf("%w: there is no such token", web.ErrUnknownCaller)
	}
	if err != nil {
		return nil, nil, err
	}
	caller.ID, caller.Scopes = "token:"+strconv.FormatInt(id, 10), strings.Fields(scopes)
	if !valid {
		return nil, nil, fmt.Errorf("%w: %s (%s) has expired or is revoked", web.ErrUnknownCaller, caller.ID, caller.Name)
	}
	return caller, used, nil
}

const useSQL = `-- api_token.use
	update api_token
	set used = $1
	where hash = $2 and (used is null or used < $1)`

// use stores the hour in which a token was used, once. An error makes no difference to the request: on
// a database that cannot be written to, tokens go on working.
func (t *Tokens) use(ctx context.Context, h hash, used *time.Time) {
	hour := time.Now().UTC().Truncate(time.Hour)
	if used != nil && !used.Before(hour) {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, useTimeout)
	defer cancel()
	_, _ = t.write.ExecContext(ctx, useSQL, web.Timestamp(&hour), h[:])
}
