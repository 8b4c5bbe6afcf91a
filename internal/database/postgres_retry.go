package database

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5/stdlib"
)

// retryConnector opens connections that send a statement again when it certainly had no
// effect. When one connection is lost, all others are pinged before their next use.
type retryConnector struct {
	driver.Connector
	lastLoss *lastLoss
}

// lastLoss is when a connection was last lost, in nanoseconds since 1970.
type lastLoss struct {
	atomic.Int64
	// pingTimeout bounds how long a connection may take to answer a ping: a connection that
	// died silently must not use up all of the request's time.
	pingTimeout time.Duration
}

// shouldPing pings a connection that was last used before the last loss, or more than a
// second ago. A connection that does not answer is closed by the ping; returning true makes
// the driver ping it itself, which then fails at once. Other connections need no ping, and
// so no timer.
func (l *lastLoss) shouldPing(ctx context.Context, p stdlib.ShouldPingParams) bool {
	if p.IdleDuration <= min(time.Second, time.Since(time.Unix(0, l.Load()))) {
		return false
	}
	ctx, cancel := context.WithTimeout(ctx, l.pingTimeout)
	defer cancel()
	return p.Conn.PgConn().Ping(ctx) != nil
}

func (c retryConnector) Connect(ctx context.Context) (driver.Conn, error) {
	conn, err := c.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	return &retryConn{Conn: conn.(*stdlib.Conn), lastLoss: c.lastLoss}, nil
}

type retryConn struct {
	*stdlib.Conn
	lastLoss *lastLoss
	// refused reports whether the session has refused a change, since it may only read.
	refused bool
}

// ResetSession reports whether a connection of the pool may be used.
func (c *retryConn) ResetSession(ctx context.Context) error {
	err := c.Conn.ResetSession(ctx)
	c.noteLoss()
	return err
}

// ExecContext runs a statement without rows.
func (c *retryConn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	result, err := c.Conn.ExecContext(ctx, query, args)
	if c.rolledBack(err) {
		result, err = c.Conn.ExecContext(ctx, query, args)
	}
	return result, c.asBadConn(ctx, err, false)
}

// QueryContext runs a statement with rows.
func (c *retryConn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	rows, err := c.Conn.QueryContext(ctx, query, args)
	if c.rolledBack(err) {
		rows, err = c.Conn.QueryContext(ctx, query, args)
	}
	return rows, c.asBadConn(ctx, err, false)
}

// BeginTx begins a transaction, which changes nothing yet.
func (c *retryConn) BeginTx(ctx context.Context, options driver.TxOptions) (driver.Tx, error) {
	tx, err := c.Conn.BeginTx(ctx, options)
	return tx, c.asBadConn(ctx, err, true)
}

// rolledBack reports whether the server has rolled the statement back and would accept it
// now: it conflicted with a concurrent transaction, or its plan was made for a table that
// has changed since. Within a transaction it is false, since the statements before it are
// rolled back, too.
func (c *retryConn) rolledBack(err error) bool {
	return (serializationFailure(err) || stalePlan(err)) && c.Conn.Conn().PgConn().TxStatus() == 'I'
}

// asBadConn turns an error into driver.ErrBadConn when the statement had no effect and
// another connection may succeed: outside a transaction, database/sql then uses another
// one. harmless means that the statement cannot have had an effect.
func (c *retryConn) asBadConn(ctx context.Context, err error, harmless bool) error {
	if err == nil || ctx.Err() != nil {
		return err
	}
	if !harmless && errors.Is(err, driver.ErrBadConn) && c.Conn.Conn().IsClosed() {
		// The connection was alive when it was taken. For a statement without arguments, the
		// driver reports every loss of the connection as a statement that was not sent.
		return io.ErrUnexpectedEOF
	}
	refused := sqlState(err) == readOnlyTransaction
	c.refused = c.refused || refused
	if harmless && c.Conn.Conn().IsClosed() || refused {
		return fmt.Errorf("%w: %w", driver.ErrBadConn, err)
	}
	return err
}

// IsValid reports whether the connection may go back to the pool.
func (c *retryConn) IsValid() bool { return !c.noteLoss() && !c.refused }

// noteLoss reports whether the connection is closed, and records the time if it is, so that
// the other connections are pinged.
func (c *retryConn) noteLoss() bool {
	closed := c.Conn.Conn().IsClosed()
	if closed {
		c.lastLoss.Store(time.Now().UnixNano())
	}
	return closed
}
