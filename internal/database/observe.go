package database

import (
	"cmp"
	"context"
	"database/sql/driver"
	"errors"
	"io"
	"maps"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"example.com/templatesite/internal/web"
)

// Observer is told of each statement when it is over: a query is, when its rows are
// closed. It must not keep the statement. Who prepares statements by hand runs them
// unseen; there is no need to, as both engines keep what was prepared.
type Observer func(context.Context, *web.Statement)

// observing opens connections whose statements an observer is told of.
type observing struct {
	driver.Connector
	observe Observer
}

// Connect opens a connection, which counts as a statement: a database that is away is
// seen here, before there is any other.
func (c observing) Connect(ctx context.Context) (driver.Conn, error) {
	s := begin("connect")
	conn, err := c.Connector.Connect(ctx)
	c.observe.over(ctx, &s, err)
	if err != nil {
		return nil, err
	}
	checker, _ := conn.(driver.NamedValueChecker)
	return &observedConn{conn.(fullConn), checker, c.observe}, nil
}

// fullConn is what our connections to either engine can do.
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

type observedConn struct {
	fullConn
	checker driver.NamedValueChecker
	observe Observer
}

// CheckNamedValue is the driver's own, where it has one.
func (c *observedConn) CheckNamedValue(value *driver.NamedValue) error {
	if c.checker == nil {
		return driver.ErrSkip
	}
	return c.checker.CheckNamedValue(value)
}

// ExecContext runs a statement without rows.
func (c *observedConn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	s := begin(query)
	result, err := c.fullConn.ExecContext(ctx, query, args)
	if err == nil {
		s.Rows, _ = result.RowsAffected() // 0 where the driver does not know
	}
	c.observe.over(ctx, &s, err)
	return result, err
}

// QueryContext runs a statement with rows.
func (c *observedConn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	r := &observedRows{conn: c, ctx: ctx, statement: begin(query)}
	var err error
	if r.Rows, err = c.fullConn.QueryContext(ctx, query, args); err != nil {
		c.observe.over(ctx, &r.statement, err)
		return nil, err
	}
	return r, nil
}

// BeginTx begins a transaction. Its begin and its end count as statements: SQLite waits
// for other writers in the one, and both engines flush in the other.
func (c *observedConn) BeginTx(ctx context.Context, options driver.TxOptions) (driver.Tx, error) {
	s := begin("begin")
	tx, err := c.fullConn.BeginTx(ctx, options)
	c.observe.over(ctx, &s, err)
	if err != nil {
		return nil, err
	}
	return &observedTx{tx, c, ctx}, nil
}

type observedTx struct {
	driver.Tx
	conn *observedConn
	ctx  context.Context
}

func (t *observedTx) Commit() error   { return t.end("commit", t.Tx.Commit) }
func (t *observedTx) Rollback() error { return t.end("rollback", t.Tx.Rollback) }

func (t *observedTx) end(name string, end func() error) error {
	s := begin(name)
	err := end()
	t.conn.observe.over(t.ctx, &s, err)
	return err
}

func begin(query string) web.Statement {
	n := nameOf(query)
	return web.Statement{Name: n.name, Operation: n.operation, Table: n.table, Start: time.Now()}
}

func (o Observer) over(ctx context.Context, s *web.Statement, err error) {
	s.Duration = time.Since(s.Start)
	s.Err, s.ErrorType = err, errorType(err)
	o(ctx, s)
}

// observedRows count themselves.
type observedRows struct {
	driver.Rows
	conn      *observedConn
	ctx       context.Context
	statement web.Statement
	err       error
}

func (r *observedRows) Next(dest []driver.Value) error {
	err := r.Rows.Next(dest)
	switch {
	case err == nil:
		r.statement.Rows++
	case !errors.Is(err, io.EOF):
		r.err = err
	}
	return err
}

func (r *observedRows) Close() error {
	err := r.Rows.Close()
	r.conn.observe.over(r.ctx, &r.statement, cmp.Or(r.err, err))
	return err
}

// named is what a statement's SQL says of it.
type named struct{ name, operation, table string }

// names holds what was found out of each SQL, since it is asked for in each request: a map
// that is replaced, and never written to, so that reading it needs no lock that all
// processors would share. The service has a few statements for each resource; who makes up
// SQL as it goes meets the bound.
var (
	names   atomic.Pointer[map[string]named]
	namesMu sync.Mutex // of who adds
)

const maxNames = 1000

func init() { names.Store(&map[string]named{}) }

func nameOf(query string) named {
	n, ok := (*names.Load())[query]
	if ok {
		return n
	}
	n = parseName(query)
	namesMu.Lock()
	defer namesMu.Unlock()
	if all := *names.Load(); len(all) < maxNames {
		all = maps.Clone(all)
		all[query] = n
		names.Store(&all)
	}
	return n
}

var (
	nameComment = regexp.MustCompile(`^\s*-- *([\w.]+) *\n`)
	comments    = regexp.MustCompile(`(?m)^\s*--.*$`)
	verbOnly    = regexp.MustCompile(`^\s*([A-Za-z]+)`)
	verbAndName = regexp.MustCompile(`(?is)^\s*(?:insert\s+into|update|delete\s+from|select\s.*?\sfrom)\s+"?(\w+)`)
)

// parseName reads the name in the first line of the SQL, if that is a comment of one
// word, and finds what the statement does to which table.
func parseName(query string) named {
	n := named{operation: "other"}
	bare := comments.ReplaceAllString(query, "")
	if found := verbOnly.FindStringSubmatch(bare); found != nil {
		n.operation = strings.ToLower(found[1])
	}
	if found := verbAndName.FindStringSubmatch(bare); found != nil {
		n.table = strings.ToLower(found[1])
	}
	n.name = strings.TrimSpace(n.operation + " " + n.table)
	if found := nameComment.FindStringSubmatch(query); found != nil {
		n.name = found[1]
	}
	return n
}
