// Package session is how people who have signed in on the pages stay signed in: each session has a
// secret in a cookie, of which a table of its own has a hash, so that every replica knows it and it can
// be ended.
//
// It does not know how people prove who they are: it keeps a web.Caller, and asks whether that still
// counts.
package session

import (
	"context"
	"database/sql"
	"embed"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"time"

	"example.com/templatesite/internal/web"
)

const (
	// maxIdle is how long a session lasts without a request, and maxAge how long at all.
	maxIdle = 12 * time.Hour
	maxAge  = 14 * 24 * time.Hour
	// recordedEvery is how often a request is recorded, which would otherwise cost a write each.
	recordedEvery = 5 * time.Minute
	recordTimeout = 200 * time.Millisecond
	// maxOfCaller is how many sessions a caller has. One more ends the oldest.
	maxOfCaller = 100
	secretBytes = 32
)

//go:embed migrations
var migrations embed.FS

// Table returns the migrations of the table. It is no resource: it has no routes and no fixtures.
func Table() web.Resource { return web.Resource{Name: "api_session", Migrations: migrations} }

// Confirm returns a caller as they are now, for example with other scopes, or an ErrUnknownCaller if they
// may not call any more. It is asked when a credential starts a session, and then at most every 5 seconds.
type Confirm func(context.Context, *web.Caller) (*web.Caller, error)

// Sessions are the sessions of a service. They are safe for concurrent use.
type Sessions struct {
	db          web.DB
	read, write web.Querier
	callers     *web.Callers
	confirm     Confirm
	onChange    OnChange
	ways        []*Way
	swept       atomic.Int64 // when expired sessions were last deleted, in seconds since 1970
}

// New returns the sessions of a database that has the table.
func New(db web.DB, confirm Confirm) *Sessions {
	s := &Sessions{db: db, confirm: confirm}
	s.read, s.write = db.Queriers()
	s.callers = web.NewCallers(s.find)
	return s
}

var encoding = base64.RawURLEncoding

// isSecret reports whether a text has the form of a secret.
func isSecret(text string) bool {
	data, err := encoding.DecodeString(text)
	return err == nil && len(data) == secretBytes && encoding.EncodeToString(data) == text
}

// The clock of the database decides, which all replicas share.
const findSQL = `-- api_session.find
	select caller, name, owner, scopes, created, expires, expires > current_timestamp
	from api_session
	where hash = $1`

// find returns the caller of a session as they are now.
func (s *Sessions) find(ctx context.Context, h web.SecretHash) (*web.Caller, error) {
	var scopes string
	var created, expires time.Time
	var valid bool
	caller := new(web.Caller)
	err := s.read.QueryRowContext(ctx, findSQL, h[:]).Scan(&caller.ID, &caller.Name, &caller.Owner, &scopes,
		web.Timestamp(&created), web.Timestamp(&expires), &valid)
	if errors.Is(err, sql.ErrNoRows) || err == nil && !valid {
		return nil, fmt.Errorf("%w: the session has ended", web.ErrUnknownCaller)
	}
	if err != nil {
		return nil, err
	}
	caller.Scopes = strings.Fields(scopes)
	if caller, err = s.stillCounts(ctx, caller, created); err != nil {
		return nil, err
	}
	s.record(ctx, h, created, expires)
	return caller, nil
}

const recordSQL = `-- api_session.record
	update api_session
	set expires = $1
	where hash = $2 and expires < $1`

// record stores until when the session lasts after a request of now. An error makes no difference to the
// request: on a database that cannot be written to, sessions last until the time that they have.
func (s *Sessions) record(ctx context.Context, h web.SecretHash, created, expires time.Time) {
	next := time.Now().Add(maxIdle)
	if end := created.Add(maxAge); next.After(end) {
		next = end
	}
	if next.Sub(expires) < recordedEvery {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, recordTimeout)
	defer cancel()
	_, _ = s.write.ExecContext(ctx, recordSQL, web.Timestamp(&next), h[:])
}
