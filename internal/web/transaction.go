package web

import (
	"context"
	"database/sql"
	"errors"
)

// Querier is a pool or a transaction: what runs the statements of a store. In a context of
// Atomic, a pool of that database is the transaction: a store takes part in it without a line
// of code. Then, as in any transaction, the rows of a query are read to their end before the
// next statement, and after an error nothing else runs.
//
// It is not an interface, since the arguments of each call would then be allocated.
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
	if tx := q.transaction(ctx); tx != nil {
		return tx.ExecContext(ctx, query, args...)
	}
	return q.pool.ExecContext(ctx, query, args...)
}

// QueryContext runs a statement with rows, which the caller closes.
func (q Querier) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	if tx := q.transaction(ctx); tx != nil {
		return tx.QueryContext(ctx, query, args...)
	}
	return q.pool.QueryContext(ctx, query, args...)
}

// QueryRowContext runs a statement with at most one row.
func (q Querier) QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row {
	if tx := q.transaction(ctx); tx != nil {
		return tx.QueryRowContext(ctx, query, args...)
	}
	return q.pool.QueryRowContext(ctx, query, args...)
}

func (q Querier) transaction(ctx context.Context) *sql.Tx {
	if q.tx != nil {
		return q.tx
	}
	return transactionOf(ctx, q.pool)
}

// transaction is what a context of Atomic carries.
type transaction struct {
	tx          *sql.Tx
	read, write *sql.DB // the pools of its database
}

type transactionKey struct{}

// transactionOf returns the transaction of ctx, or nil if ctx has none on the database of pool.
func transactionOf(ctx context.Context, pool *sql.DB) *sql.Tx {
	t, ok := ctx.Value(transactionKey{}).(*transaction)
	if !ok || pool != t.read && pool != t.write {
		return nil
	}
	return t.tx
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
//
// In a context of Atomic, f joins that transaction: an error of f undoes what f did, and the
// rest is committed or rolled back with the transaction.
func (db DB) Tx(ctx context.Context, f func(tx Querier) error) error {
	if tx := transactionOf(ctx, db.Write); tx != nil {
		return join(ctx, tx, f)
	}
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

// join runs f in a transaction that has begun.
func join(ctx context.Context, tx *sql.Tx, f func(tx Querier) error) error {
	if _, err := tx.ExecContext(ctx, "savepoint joined"); err != nil {
		return err
	}
	if err := f(InTx(tx)); err != nil {
		_, undoErr := tx.ExecContext(ctx, "rollback to joined")
		return errors.Join(err, undoErr)
	}
	_, err := tx.ExecContext(ctx, "release joined")
	return err
}

// Atomic is Tx for code that does not know about the transaction: the context of f carries it.
// Each Querier of this database, and Tx, use it when they get that context. Statements of the
// pools themselves, such as db.QueryContext, do not.
func (db DB) Atomic(ctx context.Context, f func(ctx context.Context) error) error {
	return db.Tx(ctx, func(q Querier) error {
		return f(context.WithValue(ctx, transactionKey{}, &transaction{q.tx, db.DB, db.Write}))
	})
}
