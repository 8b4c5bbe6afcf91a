package database

import (
	"context"
	"database/sql/driver"
	"errors"
	"io"
)

// maxStatements bounds the statements that one connection keeps. The service has a few for
// each resource; only SQL that is put together at run time reaches the bound.
const maxStatements = 100

// stmtCacheConnector opens connections that keep their compiled statements: SQLite takes
// longer to compile the SQL that reads a row than to run it, and its driver keeps none.
type stmtCacheConnector struct{ driver.Connector }

func (c stmtCacheConnector) Connect(ctx context.Context) (driver.Conn, error) {
	conn, err := c.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	return &stmtCacheConn{sqliteConn: conn.(sqliteConn), idle: map[string]driver.Stmt{}}, nil
}

// sqliteConn is what database/sql needs of the driver's connection.
type sqliteConn interface {
	driver.Conn
	driver.ConnBeginTx
	driver.ConnPrepareContext
	driver.Pinger
	driver.SessionResetter
	driver.Validator
}

// stmtCacheConn is a connection with the statements that are not running. A running one is
// taken out of the map, as the same SQL may begin again before its rows are read.
type stmtCacheConn struct {
	sqliteConn
	idle map[string]driver.Stmt
}

func (c *stmtCacheConn) take(ctx context.Context, query string) (driver.Stmt, error) {
	if stmt, ok := c.idle[query]; ok {
		delete(c.idle, query)
		return stmt, nil
	}
	return c.PrepareContext(ctx, query)
}

func (c *stmtCacheConn) putBack(query string, stmt driver.Stmt) error {
	if _, ok := c.idle[query]; ok || len(c.idle) == maxStatements {
		return stmt.Close()
	}
	c.idle[query] = stmt
	return nil
}

// ExecContext runs a statement without rows.
func (c *stmtCacheConn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	stmt, err := c.take(ctx, query)
	if err != nil {
		return nil, err
	}
	result, err := stmt.(driver.StmtExecContext).ExecContext(ctx, args)
	if putErr := c.putBack(query, stmt); err == nil {
		err = putErr
	}
	return result, err
}

// QueryContext runs a statement, which is busy until its rows are closed.
func (c *stmtCacheConn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	stmt, err := c.take(ctx, query)
	if err != nil {
		return nil, err
	}
	rows, err := stmt.(driver.StmtQueryContext).QueryContext(ctx, args)
	if err != nil {
		_ = c.putBack(query, stmt) // err matters more
		return nil, err
	}
	return &stmtCacheRows{Rows: rows, conn: c, query: query, stmt: stmt}, nil
}

// Close frees the statements, then closes the connection.
func (c *stmtCacheConn) Close() error {
	for query, stmt := range c.idle {
		_ = stmt.Close() // the connection's own error matters more
		delete(c.idle, query)
	}
	return c.sqliteConn.Close()
}

type stmtCacheRows struct {
	driver.Rows
	conn  *stmtCacheConn
	query string
	stmt  driver.Stmt
	done  bool // there is no further row
}

func (r *stmtCacheRows) Next(dest []driver.Value) error {
	err := r.Rows.Next(dest)
	r.done = err != nil
	return err
}

// Close first reads one more row. A change that returns its row would be committed without
// that, too, but SQLite would not check the length of its log, which would then grow and
// never be copied back into the file.
func (r *stmtCacheRows) Close() error {
	var err error
	if !r.done {
		err = r.Next(make([]driver.Value, len(r.Columns())))
	}
	if closeErr := r.Rows.Close(); err == nil || errors.Is(err, io.EOF) {
		err = closeErr
	}
	if putErr := r.conn.putBack(r.query, r.stmt); err == nil {
		err = putErr
	}
	return err
}
