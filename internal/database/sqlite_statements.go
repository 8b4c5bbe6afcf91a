package database

import (
	"context"
	"database/sql/driver"
	"errors"
	"io"
)

// maxStatements bounds what one connection keeps. The service has a few
// statements for each resource; only who makes up SQL as it goes meets the bound.
const maxStatements = 100

// keeping opens connections that keep their statements: SQLite takes longer
// to compile the SQL that reads a row than to run it. (The driver for PostgreSQL
// keeps statements by itself.)
type keeping struct{ driver.Connector }

func (c keeping) Connect(ctx context.Context) (driver.Conn, error) {
	conn, err := c.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	return &keeper{sqliteConn: conn.(sqliteConn), idle: map[string]driver.Stmt{}}, nil
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

// keeper is a connection and its statements that do not run at the moment. One
// that runs is not there, as the same may begin again before its rows are read.
type keeper struct {
	sqliteConn
	idle map[string]driver.Stmt
}

func (k *keeper) take(ctx context.Context, query string) (driver.Stmt, error) {
	if stmt, ok := k.idle[query]; ok {
		delete(k.idle, query)
		return stmt, nil
	}
	return k.PrepareContext(ctx, query)
}

func (k *keeper) putBack(query string, stmt driver.Stmt) error {
	if _, ok := k.idle[query]; ok || len(k.idle) == maxStatements {
		return stmt.Close()
	}
	k.idle[query] = stmt
	return nil
}

// ExecContext runs a statement without rows.
func (k *keeper) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	stmt, err := k.take(ctx, query)
	if err != nil {
		return nil, err
	}
	result, err := stmt.(driver.StmtExecContext).ExecContext(ctx, args)
	if putErr := k.putBack(query, stmt); err == nil {
		err = putErr
	}
	return result, err
}

// QueryContext runs a statement, which is busy until its rows are closed.
func (k *keeper) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	stmt, err := k.take(ctx, query)
	if err != nil {
		return nil, err
	}
	rows, err := stmt.(driver.StmtQueryContext).QueryContext(ctx, args)
	if err != nil {
		_ = k.putBack(query, stmt) // err is what matters
		return nil, err
	}
	return &keptRows{Rows: rows, keeper: k, query: query, stmt: stmt}, nil
}

// Close frees the statements first.
func (k *keeper) Close() error {
	for query, stmt := range k.idle {
		_ = stmt.Close() // the connection's own error is what matters
		delete(k.idle, query)
	}
	return k.sqliteConn.Close()
}

type keptRows struct {
	driver.Rows
	keeper *keeper
	query  string
	stmt   driver.Stmt
	over   bool
}

func (r *keptRows) Next(dest []driver.Value) error {
	err := r.Rows.Next(dest)
	r.over = err != nil
	return err
}

// Close looks for the row after the last one that was read. A change that returns
// its row and is not asked for the next one is committed, too, but without a look at
// the length of the log: it would never be copied back into the file, and grow.
func (r *keptRows) Close() error {
	var err error
	if !r.over {
		err = r.Next(make([]driver.Value, len(r.Columns())))
	}
	if closeErr := r.Rows.Close(); err == nil || errors.Is(err, io.EOF) {
		err = closeErr
	}
	if putErr := r.keeper.putBack(r.query, r.stmt); err == nil {
		err = putErr
	}
	return err
}
