package database

import (
	"context"
	"database/sql/driver"
	"errors"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"
)

// attempts is how often a statement is sent at most.
const attempts = 3

// retrying opens connections on which a statement that failed is sent again where that
// can do no harm: it had no effect for sure, or it only reads. (One that was never
// sent is database/sql's own care.) All others fail, for the client to decide: a
// write may have been applied before its answer was lost.
type retrying struct{ driver.Connector }

func (c retrying) Connect(ctx context.Context) (driver.Conn, error) {
	conn, err := c.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	return &retrier{conn.(*stdlib.Conn), c.Connector}, nil
}

type retrier struct {
	*stdlib.Conn
	connector driver.Connector
}

// ExecContext runs a statement without rows.
func (r *retrier) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	result, err := r.Conn.ExecContext(ctx, query, args)
	for n := 1; err != nil && n < attempts && r.again(ctx, query, err); n++ {
		result, err = r.Conn.ExecContext(ctx, query, args)
	}
	return result, err
}

// QueryContext runs a statement with rows.
func (r *retrier) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	rows, err := r.Conn.QueryContext(ctx, query, args)
	for n := 1; err != nil && n < attempts && r.again(ctx, query, err); n++ {
		rows, err = r.Conn.QueryContext(ctx, query, args)
	}
	return rows, err
}

// BeginTx begins a transaction, which changes nothing yet.
func (r *retrier) BeginTx(ctx context.Context, options driver.TxOptions) (driver.Tx, error) {
	tx, err := r.Conn.BeginTx(ctx, options)
	for n := 1; err != nil && n < attempts && r.again(ctx, "select", err); n++ {
		tx, err = r.Conn.BeginTx(ctx, options)
	}
	return tx, err
}

// again is the one place that says what is sent again, and makes the connection
// ready for it. A select counts as a statement that reads: one that calls a function
// which writes belongs in a transaction, of which nothing is sent again.
func (r *retrier) again(ctx context.Context, query string, err error) bool {
	conn := r.Conn.Conn()
	if ctx.Err() != nil || conn.PgConn().TxStatus() != 'I' {
		return false
	}
	switch sqlState(err) {
	case "0A000", "40001", "40P01": // its plan is of a table that has changed, others were in its way: the server has undone it
		return !conn.IsClosed()
	case "25006": // the server is a standby now, and has refused to write
		return r.reconnect(ctx)
	}
	return conn.IsClosed() && strings.HasPrefix(strings.TrimSpace(query), "select") && r.reconnect(ctx)
}

// reconnect replaces the connection. It does so in place, as database/sql would try
// other connections of the pool first, which may have died with this one.
func (r *retrier) reconnect(ctx context.Context) bool {
	fresh, err := r.connector.Connect(ctx)
	if err != nil {
		return false
	}
	_ = r.Close() // it is of no use any more
	r.Conn = fresh.(*stdlib.Conn)
	return true
}

// IsValid reports whether the connection may go back to the pool.
func (r *retrier) IsValid() bool { return !r.Conn.Conn().IsClosed() }

// sqlState is the code of an error that PostgreSQL has sent, or empty.
func sqlState(err error) string {
	if e, ok := errors.AsType[*pgconn.PgError](err); ok {
		return e.Code
	}
	return ""
}
