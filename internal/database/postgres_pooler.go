package database

import (
	"context"
	"database/sql/driver"
	"errors"
	"strings"

	"github.com/jackc/pgx/v5"
)

// poolerConnector opens connections that may go through a pooler such as PgBouncer, which
// may have another process of the server run each statement. Through one, nothing is
// prepared, and the settings are set again in each transaction.
type poolerConnector struct {
	driver.Connector
	settings string            // SQL that sets them for one transaction
	mode     pgx.QueryExecMode // for statements through a pooler
}

// unprepared returns the mode for statements that the server must not keep prepared. The
// connection then keeps the types of their values, and sends the same binary values.
func unprepared(mode pgx.QueryExecMode) pgx.QueryExecMode {
	if mode == pgx.QueryExecModeCacheStatement {
		return pgx.QueryExecModeCacheDescribe
	}
	return mode
}

// poolerMode returns the mode for statements through a pooler. A mode that the URL names is
// kept, since some poolers support prepared statements.
func poolerMode(url string, mode pgx.QueryExecMode) pgx.QueryExecMode {
	if strings.Contains(url, "default_query_exec_mode") {
		return mode
	}
	return unprepared(mode)
}

func (c poolerConnector) Connect(ctx context.Context) (driver.Conn, error) {
	conn, err := c.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	own := conn.(postgresConn)
	if !own.throughPooler() {
		return conn, nil
	}
	return &poolerConn{own, c}, nil
}

// throughPooler reports whether the connection leads to a pooler.
func (c *retryConn) throughPooler() bool {
	found, _ := c.Conn.Conn().PgConn().CustomData()[poolerKey].(bool)
	return found
}

type poolerConn struct {
	postgresConn
	connector poolerConnector
}

// ExecContext runs a statement without rows.
func (c *poolerConn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	return c.postgresConn.ExecContext(ctx, query, inMode(c.connector.mode, args))
}

// QueryContext runs a statement with rows.
func (c *poolerConn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	return c.postgresConn.QueryContext(ctx, query, inMode(c.connector.mode, args))
}

// BeginTx begins a transaction and sets in it what the session cannot keep.
func (c *poolerConn) BeginTx(ctx context.Context, options driver.TxOptions) (driver.Tx, error) {
	tx, err := c.postgresConn.BeginTx(ctx, options)
	if err != nil {
		return nil, err
	}
	if _, err := c.postgresConn.ExecContext(ctx, c.connector.settings, nil); err != nil {
		return nil, errors.Join(err, tx.Rollback())
	}
	return tx, nil
}

// inMode puts a mode before the arguments of a statement, as pgx expects it. A mode that the
// arguments already contain takes precedence.
func inMode(mode pgx.QueryExecMode, args []driver.NamedValue) []driver.NamedValue {
	return append([]driver.NamedValue{{Value: mode}}, args...)
}
