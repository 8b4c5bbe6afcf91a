package database

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"
)

// ConnectionLost reports whether err is the end of a connection that was open. What was asked
// for may have been done or not: only what reads may be asked for again.
func ConnectionLost(err error) bool {
	if _, refused := errors.AsType[*pgconn.ConnectError](err); refused {
		return false
	}
	if e, ok := errors.AsType[*net.OpError](err); ok {
		return !e.Timeout()
	}
	switch sqlState(err) {
	case "57P01", "57P02": // ended by an administrator, by a crash
		return true
	}
	return errors.Is(err, driver.ErrBadConn) || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)
}

// retrying opens connections on which a statement that had no effect for sure is
// sent again. When one of them is lost, the others are asked whether they live
// before anything is sent on them.
type retrying struct {
	driver.Connector
	lost *loss
}

// loss is when a connection was lost last, in nanoseconds since 1970.
type loss struct {
	atomic.Int64
	// pingTimeout bounds how long a connection may take to say that it lives: one that
	// is dead in silence must not cost the request all of its time.
	pingTimeout time.Duration
}

// shouldPing asks connections whether they live that were used last before one was
// lost, or a second ago. One that does not answer is closed then, which the driver's
// own question finds at once. (Most are not asked, and need no timer.)
func (l *loss) shouldPing(ctx context.Context, p stdlib.ShouldPingParams) bool {
	if p.IdleDuration <= min(time.Second, time.Since(time.Unix(0, l.Load()))) {
		return false
	}
	ctx, cancel := context.WithTimeout(ctx, l.pingTimeout)
	defer cancel()
	return p.Conn.PgConn().Ping(ctx) != nil
}

func (c retrying) Connect(ctx context.Context) (driver.Conn, error) {
	conn, err := c.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	return &retrier{conn.(*stdlib.Conn), c.lost}, nil
}

type retrier struct {
	*stdlib.Conn
	lost *loss
}

// ResetSession reports whether a connection of the pool may be used.
func (r *retrier) ResetSession(ctx context.Context) error {
	err := r.Conn.ResetSession(ctx)
	r.noteLoss()
	return err
}

// ExecContext runs a statement without rows.
func (r *retrier) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	result, err := r.Conn.ExecContext(ctx, query, args)
	if r.undone(err) {
		result, err = r.Conn.ExecContext(ctx, query, args)
	}
	return result, r.elsewhere(ctx, err, false)
}

// QueryContext runs a statement with rows.
func (r *retrier) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	rows, err := r.Conn.QueryContext(ctx, query, args)
	if r.undone(err) {
		rows, err = r.Conn.QueryContext(ctx, query, args)
	}
	return rows, r.elsewhere(ctx, err, false)
}

// BeginTx begins a transaction, which changes nothing yet.
func (r *retrier) BeginTx(ctx context.Context, options driver.TxOptions) (driver.Tx, error) {
	tx, err := r.Conn.BeginTx(ctx, options)
	return tx, r.elsewhere(ctx, err, true)
}

// undone reports whether the server has undone the statement, and would take it now:
// its plan was made for a table that has changed since, or others were in its way.
// In a transaction the statements before it are undone, too.
func (r *retrier) undone(err error) bool {
	switch sqlState(err) {
	case "40001", "40P01": // serialization failure, deadlock
	default:
		if !stalePlan(err) {
			return false
		}
	}
	return r.Conn.Conn().PgConn().TxStatus() == 'I'
}

// stalePlan reports whether a statement was prepared, or behind a pooler described, for a
// table that has changed since. The codes are those of everything that PostgreSQL cannot
// do, and of wrong messages; the function that has found it out tells them apart.
func stalePlan(err error) bool {
	e, ok := errors.AsType[*pgconn.PgError](err)
	return ok && (e.Code == "0A000" && e.Routine == "RevalidateCachedQuery" || e.Code == "08P01" && e.Routine == "PortalSetResultFormat")
}

// elsewhere makes an error that left no effect, and no other, one for which
// database/sql takes another connection, if it is not for a transaction.
func (r *retrier) elsewhere(ctx context.Context, err error, harmless bool) error {
	if err == nil || ctx.Err() != nil {
		return err
	}
	if !harmless && errors.Is(err, driver.ErrBadConn) && r.Conn.Conn().IsClosed() {
		// The connection lived when it was taken. Of a statement without arguments,
		// the driver says that it was not sent, whenever the connection ends.
		return io.ErrUnexpectedEOF
	}
	// 25006: this server is a standby now, and has refused to write.
	if harmless && r.Conn.Conn().IsClosed() || sqlState(err) == "25006" {
		return fmt.Errorf("%w: %w", driver.ErrBadConn, err)
	}
	return err
}

// IsValid reports whether the connection may go back to the pool.
func (r *retrier) IsValid() bool { return !r.noteLoss() }

// noteLoss reports whether the connection is closed, and notes it for the sake of the
// others.
func (r *retrier) noteLoss() bool {
	closed := r.Conn.Conn().IsClosed()
	if closed {
		r.lost.Store(time.Now().UnixNano())
	}
	return closed
}

// sqlState is the code of an error that PostgreSQL has sent, or empty.
func sqlState(err error) string {
	if e, ok := errors.AsType[*pgconn.PgError](err); ok {
		return e.Code
	}
	return ""
}
