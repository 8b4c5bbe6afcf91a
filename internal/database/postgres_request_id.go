package database

import (
	"context"
	"database/sql/driver"

	"github.com/jackc/pgx/v5"

	"example.com/templatesite/internal/web"
)

// commenting opens connections on which a request that came with an id of its
// own, which somebody therefore follows, leaves that id in its SQL: the server's
// log and pg_stat_activity show it. Such a statement differs each time, so the server
// must not keep it prepared, which is why the others stay as they are.
type commenting struct {
	driver.Connector
	mode pgx.QueryExecMode // of the statements with an id
}

func (c commenting) Connect(ctx context.Context) (driver.Conn, error) {
	conn, err := c.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	return &commenter{conn.(postgresConn), c.mode}, nil
}

// postgresConn is what we and database/sql use of the driver's connection.
type postgresConn interface {
	driver.Conn
	driver.ConnBeginTx
	driver.ConnPrepareContext
	driver.ExecerContext
	driver.NamedValueChecker
	driver.Pinger
	driver.QueryerContext
	driver.SessionResetter
	driver.Validator
	pooled() bool
}

type commenter struct {
	postgresConn
	mode pgx.QueryExecMode
}

// ExecContext runs a statement without rows.
func (c *commenter) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	query, args = c.comment(ctx, query, args)
	return c.postgresConn.ExecContext(ctx, query, args)
}

// QueryContext runs a statement with rows.
func (c *commenter) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	query, args = c.comment(ctx, query, args)
	return c.postgresConn.QueryContext(ctx, query, args)
}

// comment puts the id in front. It is of a plain alphabet, and cannot end the
// comment: see middleware.RequestInfo.
func (c *commenter) comment(ctx context.Context, query string, args []driver.NamedValue) (string, []driver.NamedValue) {
	info := web.InfoFrom(ctx)
	if !info.ClientSentID {
		return query, args
	}
	return "/* request_id=" + info.ID + " */ " + query, inMode(c.mode, args)
}
