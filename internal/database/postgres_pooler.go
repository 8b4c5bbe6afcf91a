package database

import (
	"context"
	"database/sql/driver"
	"errors"
	"strings"

	"github.com/jackc/pgx/v5"
)

// pooling opens connections that work through a pooler, as PgBouncer is one, which may
// have another process of the server run each statement: nothing is prepared there, and
// settings are set for each transaction.
type pooling struct {
	driver.Connector
	begin string
	mode  pgx.QueryExecMode
}

// unprepared is the mode for statements that the server must not keep: it is told their
// types, which the connection keeps, and sends the same binary values as in the other.
func unprepared(mode pgx.QueryExecMode) pgx.QueryExecMode {
	if mode == pgx.QueryExecModeCacheStatement {
		return pgx.QueryExecModeCacheDescribe
	}
	return mode
}

// pooledMode is the mode behind a pooler: the URL's, where it names one, since some
// poolers know of prepared statements.
func pooledMode(url string, mode pgx.QueryExecMode) pgx.QueryExecMode {
	if strings.Contains(url, "default_query_exec_mode") {
		return mode
	}
	return unprepared(mode)
}

func (c pooling) Connect(ctx context.Context) (driver.Conn, error) {
	conn, err := c.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	own := conn.(postgresConn)
	if !own.pooled() {
		return conn, nil
	}
	return &pooledConn{own, c}, nil
}

// pooled reports whether the connection leads to a pooler.
func (r *retrier) pooled() bool {
	pooled, _ := r.Conn.Conn().PgConn().CustomData()[pooledKey].(bool)
	return pooled
}

type pooledConn struct {
	postgresConn
	pooling pooling
}

// ExecContext runs a statement without rows.
func (c *pooledConn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	return c.postgresConn.ExecContext(ctx, query, inMode(c.pooling.mode, args))
}

// QueryContext runs a statement with rows.
func (c *pooledConn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	return c.postgresConn.QueryContext(ctx, query, inMode(c.pooling.mode, args))
}

// BeginTx begins a transaction, and sets in it what the session cannot keep.
func (c *pooledConn) BeginTx(ctx context.Context, options driver.TxOptions) (driver.Tx, error) {
	tx, err := c.postgresConn.BeginTx(ctx, options)
	if err != nil {
		return nil, err
	}
	if _, err := c.postgresConn.ExecContext(ctx, c.pooling.begin, nil); err != nil {
		return nil, errors.Join(err, tx.Rollback())
	}
	return tx, nil
}

// inMode has the driver run a statement in a mode, unless a later one is among the
// arguments.
func inMode(mode pgx.QueryExecMode, args []driver.NamedValue) []driver.NamedValue {
	return append([]driver.NamedValue{{Value: mode}}, args...)
}
