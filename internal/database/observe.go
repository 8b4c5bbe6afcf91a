package database

import (
	"cmp"
	"context"
	"database/sql/driver"
	"errors"
	"io"
	"time"

	"example.com/templatesite/internal/web"
)

// Observer is called after each statement, for a query when its rows are closed. It must not
// keep the statement. Statements that are prepared explicitly are not observed; there is no
// need to prepare any, since the connections to both engines keep statements prepared.
type Observer func(context.Context, *web.Statement)

// both returns an observer that calls both; the second may be nil.
func both(first, second Observer) Observer {
	if second == nil {
		return first
	}
	return func(ctx context.Context, s *web.Statement) {
		first(ctx, s)
		second(ctx, s)
	}
}

// observeConnector opens connections whose statements are observed. Their errors name the
// constraint that was violated.
type observeConnector struct {
	driver.Connector
	engine  engine
	observe Observer
	names   *web.Cache[string, named]
}

func newObserveConnector(c driver.Connector, e engine, o Observer) observeConnector {
	return observeConnector{c, e, o, web.NewCache(maxNames, parseName)}
}

// Connect opens a connection. It counts as a statement, because a database that cannot be
// reached fails here, before any other statement.
func (c observeConnector) Connect(ctx context.Context) (driver.Conn, error) {
	s := c.begin("connect")
	conn, err := c.Connector.Connect(ctx)
	c.done(ctx, &s, err)
	if err != nil {
		return nil, err
	}
	checker, _ := conn.(driver.NamedValueChecker)
	return &observeConn{conn.(fullConn), checker, c}, nil
}

// fullConn is what the connections to both engines implement.
type fullConn interface {
	driver.Conn
	driver.ConnBeginTx
	driver.ConnPrepareContext
	driver.ExecerContext
	driver.Pinger
	driver.QueryerContext
	driver.SessionResetter
	driver.Validator
}

type observeConn struct {
	fullConn
	checker   driver.NamedValueChecker
	connector observeConnector
}

// CheckNamedValue calls the driver's own, if it has one.
func (c *observeConn) CheckNamedValue(value *driver.NamedValue) error {
	if c.checker == nil {
		return driver.ErrSkip
	}
	return c.checker.CheckNamedValue(value)
}

// ExecContext runs a statement without rows.
func (c *observeConn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	s := c.connector.begin(query)
	result, err := c.fullConn.ExecContext(ctx, query, args)
	if err == nil {
		s.Rows, _ = result.RowsAffected() // 0 if the driver does not know
	}
	err = c.withConstraint(ctx, &s, err)
	c.connector.done(ctx, &s, err)
	return result, err
}

// QueryContext runs a statement with rows.
func (c *observeConn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	r := &observeRows{conn: c, ctx: ctx, statement: c.connector.begin(query)}
	var err error
	if r.Rows, err = c.fullConn.QueryContext(ctx, query, args); err != nil {
		err = c.withConstraint(ctx, &r.statement, err)
		c.connector.done(ctx, &r.statement, err)
		return nil, err
	}
	return r, nil
}

// BeginTx begins a transaction. Begin and commit count as statements: the first may wait for
// other writers, and the second flushes to the disk.
func (c *observeConn) BeginTx(ctx context.Context, options driver.TxOptions) (driver.Tx, error) {
	s := c.connector.begin("begin")
	tx, err := c.fullConn.BeginTx(ctx, options)
	c.connector.done(ctx, &s, err)
	if err != nil {
		return nil, err
	}
	return &observeTx{tx, c, ctx}, nil
}

type observeTx struct {
	driver.Tx
	conn *observeConn
	ctx  context.Context
}

func (t *observeTx) Commit() error   { return t.end("commit", t.Tx.Commit) }
func (t *observeTx) Rollback() error { return t.end("rollback", t.Tx.Rollback) }

func (t *observeTx) end(name string, end func() error) error {
	s := t.conn.connector.begin(name)
	err := end()
	t.conn.connector.done(t.ctx, &s, err)
	return err
}

func (c observeConnector) begin(query string) web.Statement {
	n := c.names.Get(query)
	return web.Statement{Name: n.name, Operation: n.operation, Table: n.table, Start: time.Now()}
}

func (c observeConnector) done(ctx context.Context, s *web.Statement, err error) {
	s.Duration = time.Since(s.Start)
	s.Err, s.ErrorType = err, errorType(err)
	c.observe(ctx, s)
}

// observeRows counts the rows that are read.
type observeRows struct {
	driver.Rows
	conn      *observeConn
	ctx       context.Context
	statement web.Statement
	err       error
}

func (r *observeRows) Next(dest []driver.Value) error {
	err := r.Rows.Next(dest)
	switch {
	case err == nil:
		r.statement.Rows++
	case !errors.Is(err, io.EOF):
		err = r.conn.withConstraint(r.ctx, &r.statement, err)
		r.err = err
	}
	return err
}

func (r *observeRows) Close() error {
	err := r.Rows.Close()
	r.conn.connector.done(r.ctx, &r.statement, cmp.Or(r.err, err))
	return err
}
