// Package audit remembers who has changed what, in a table of its own beside those of the
// resources. An entry is written in the transaction of its change: both exist or neither.
//
// It does not know HTTP or the resources: package web says what a change is.
package audit

import (
	"context"
	"embed"
	"errors"
	"time"

	"example.com/templatesite/internal/web"
)

// recordTimeout is how long it may take to write an entry. Then the change is given up: a table
// that is locked must not hold the connections of all changes.
const recordTimeout = 2 * time.Second

var errSlow = errors.New("the table audit cannot be written to in time")

//go:embed migrations
var migrations embed.FS

// Table returns the migrations of the table. It is no resource: it has no routes and no fixtures.
func Table() web.Resource { return web.Resource{Name: "audit", Migrations: migrations} }

// Trail is the audit trail of a database. It is safe for concurrent use.
type Trail struct {
	db          web.DB
	read, write web.Querier
}

// New returns the trail of a database that has the table.
func New(db web.DB) *Trail {
	t := &Trail{db: db}
	t.read, t.write = db.Queriers()
	return t
}

// Change is a web.Audit.
func (t *Trail) Change(ctx context.Context, run func(context.Context) (web.Change, error)) error {
	return t.db.Atomic(ctx, func(ctx context.Context) error {
		change, err := run(ctx)
		if err != nil {
			return err
		}
		return t.Record(ctx, change)
	})
}

const recordSQL = `-- audit.record
	insert into audit (created, caller, caller_name, caller_owner, client, operation, resource, row_id, request_id)
	values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`

// Record writes an entry about a change, in the transaction of ctx, which must be a context of
// DB.Atomic. Who makes the change is in the web.Info of ctx.
func (t *Trail) Record(ctx context.Context, c web.Change) error {
	info, now := web.InfoFrom(ctx), time.Now()
	caller, client := info.Caller, ""
	if caller == nil {
		caller, client = new(web.Caller), info.Client
	}
	limited, cancel := context.WithTimeout(ctx, recordTimeout)
	defer cancel()
	_, err := t.write.ExecContext(limited, recordSQL, web.Timestamp(&now), caller.ID, caller.Name, caller.Owner, client,
		c.Operation, c.Resource, c.Row, info.RequestID)
	if err != nil && limited.Err() != nil && ctx.Err() == nil {
		return errSlow
	}
	return err
}
