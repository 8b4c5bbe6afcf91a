package web

import (
	"context"
	"database/sql"
	"errors"
	"time"
)

// DB is the database as a resource sees it: a pool for reads, and a pool for changes. It is
// safe for concurrent use.
type DB struct {
	*sql.DB
	// Write is the pool for changes. Where only one program can write at a time, it is a single
	// connection, and changes that wait for each other leave the other connections to the
	// reads. Otherwise it is the same pool as DB.
	Write *sql.DB
	// Transient reports whether an error says that the database has rolled back a transaction,
	// or refused to begin one, because of a concurrent one. If nil, Tx runs it only once.
	Transient func(error) bool
}

// Close closes both pools.
func (db DB) Close() error { return errors.Join(db.Write.Close(), db.DB.Close()) }

// Querier is a pool or a transaction: what runs the statements of a store. It is not an
// interface, since the arguments of each call would then be allocated.
type Querier struct {
	pool *sql.DB
	tx   *sql.Tx
}

// InTx returns the querier of a transaction that Tx has not begun.
func InTx(tx *sql.Tx) Querier { return Querier{tx: tx} }

// Queriers returns the queriers of the pools, for the reads and for the changes of a store.
func (db DB) Queriers() (read, write Querier) { return Querier{pool: db.DB}, Querier{pool: db.Write} }

// ExecContext runs a statement without rows.
func (q Querier) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	if q.tx != nil {
		return q.tx.ExecContext(ctx, query, args...)
	}
	return q.pool.ExecContext(ctx, query, args...)
}

// QueryContext runs a statement with rows, which the caller closes.
func (q Querier) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	if q.tx != nil {
		return q.tx.QueryContext(ctx, query, args...)
	}
	return q.pool.QueryContext(ctx, query, args...)
}

// QueryRowContext runs a statement with at most one row.
func (q Querier) QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row {
	if q.tx != nil {
		return q.tx.QueryRowContext(ctx, query, args...)
	}
	return q.pool.QueryRowContext(ctx, query, args...)
}

// txAttempts is how often Tx runs a transaction at most.
const txAttempts = 5

// Tx runs f in one transaction, which it commits if f returns nil and rolls back otherwise.
// It makes several calls of stores, of one resource or of several, atomic:
//
//	err := db.Tx(ctx, func(tx web.Querier) error {
//		shelf, err := shelfStore{tx, tx}.Create(ctx, fields)
//		if err != nil {
//			return err
//		}
//		_, err = bookStore{tx, tx}.Create(ctx, book(shelf.ID))
//		return err
//	})
//
// All statements of f must go through tx: a change through db could deadlock with the
// transaction. When a concurrent transaction makes the database roll this one back,
// Tx runs f again, up to 5 times in all, so f must have no other effects.
func (db DB) Tx(ctx context.Context, f func(tx Querier) error) error {
	err := db.tryTx(ctx, f)
	for n := 1; err != nil && n < txAttempts && ctx.Err() == nil && db.Transient != nil && db.Transient(err); n++ {
		err = db.tryTx(ctx, f)
	}
	return err
}

func (db DB) tryTx(ctx context.Context, f func(tx Querier) error) error {
	tx, err := db.Write.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }() // without effect after Commit
	if err := f(InTx(tx)); err != nil {
		return err
	}
	return tx.Commit()
}

// Statement is a database statement that has ended, as observers get it. It does not contain
// the arguments.
type Statement struct {
	// Name is the comment in the first line of the SQL, as in "book.list". Without one it is
	// the operation and the table, as in "select book".
	Name string
	// Operation is the verb of the SQL in lower case, and Table the first table that an
	// insert, update, delete or select names, in lower case.
	Operation, Table string
	Start            time.Time
	Duration         time.Duration
	// Rows is the number of rows that it returned or, if it returns none, changed.
	Rows int64
	// Err is why it failed, and ErrorType the kind of that error: unavailable, timeout, full,
	// conflict, canceled or other. Both are empty if it succeeded.
	Err       error
	ErrorType string
}
