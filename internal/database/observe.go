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

// Observer is called with each statement when it is done; a query is done when its rows are
// closed. It must not keep the statement. Statements that are prepared explicitly are not
// observed; there is no need to prepare any, since both engines keep theirs prepared.
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

// observeConnector opens connections whose statements are observed.
type observeConnector struct {
	driver.Connector
	observe Observer
}

// Connect opens a connection. It counts as a statement, because a database that cannot be
// reached fails here, before any other statement.
func (c observeConnector) Connect(ctx context.Context) (driver.Conn, error) {
	s := begin("connect")
	conn, err := c.Connector.Connect(ctx)
	c.observe.done(ctx, &s, err)
	if err != nil {
		return nil, err
	}
	checker, _ := conn.(driver.NamedValueChecker)
	return &observeConn{conn.(fullConn), checker, c.observe}, nil
}

// fullConn is what the connections to both engines can do.
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
	checker driver.NamedValueChecker
	observe Observer
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
	s := begin(query)
	result, err := c.fullConn.ExecContext(ctx, query, args)
	if err == nil {
		s.Rows, _ = result.RowsAffected() // 0 if the driver does not know
	}
	c.observe.done(ctx, &s, err)
	return result, err
}

// QueryContext runs a statement with rows.
func (c *observeConn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	r := &observeRows{conn: c, ctx: ctx, statement: begin(query)}
	var err error
	if r.Rows, err = c.fullConn.QueryContext(ctx, query, args); err != nil {
		c.observe.done(ctx, &r.statement, err)
		return nil, err
	}
	return r, nil
}

// BeginTx begins a transaction. Begin and commit count as statements: SQLite waits for other
// writers in the first, and both engines flush to the disk in the second.
func (c *observeConn) BeginTx(ctx context.Context, options driver.TxOptions) (driver.Tx, error) {
	s := begin("begin")
	tx, err := c.fullConn.BeginTx(ctx, options)
	c.observe.done(ctx, &s, err)
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
	s := begin(name)
	err := end()
	t.conn.observe.done(t.ctx, &s, err)
	return err
}

func begin(query string) web.Statement {
	n := nameOf(query)
	return web.Statement{Name: n.name, Operation: n.operation, Table: n.table, Start: time.Now()}
}

func (o Observer) done(ctx context.Context, s *web.Statement, err error) {
	s.Duration = time.Since(s.Start)
	s.Err, s.ErrorType = err, errorType(err)
	o(ctx, s)
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
		r.err = err
	}
	return err
}

func (r *observeRows) Close() error {
	err := r.Rows.Close()
	r.conn.observe.done(r.ctx, &r.statement, cmp.Or(r.err, err))
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
