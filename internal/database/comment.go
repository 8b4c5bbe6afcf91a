package database

import (
	"context"
	"database/sql/driver"

	"github.com/jackc/pgx/v5"

	"example.com/templatesite/internal/web"
)

// commenting opens connections on which a request that came with an id of its
// own, which somebody therefore follows, leaves that id in its SQL: the server's
// log and pg_stat_activity show it. Such a statement differs each time, so it is
// not one that the server has prepared, which is why the others stay as they are.
type commenting struct{ driver.Connector }

func (c commenting) Connect(ctx context.Context) (driver.Conn, error) {
	conn, err := c.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	return &commenter{conn.(postgresConn)}, nil
}

// postgresConn is what database/sql uses of the driver's connection.
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
}

type commenter struct{ postgresConn }

// ExecContext runs a statement without rows.
func (c *commenter) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	query, args = comment(ctx, query, args)
	return c.postgresConn.ExecContext(ctx, query, args)
}

// QueryContext runs a statement with rows.
func (c *commenter) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	query, args = comment(ctx, query, args)
	return c.postgresConn.QueryContext(ctx, query, args)
}

// comment puts the id in front. It is of a plain alphabet, and cannot end the
// comment: see middleware.Identify.
func comment(ctx context.Context, query string, args []driver.NamedValue) (string, []driver.NamedValue) {
	info := web.InfoFrom(ctx)
	if !info.Followed {
		return query, args
	}
	once := driver.NamedValue{Value: pgx.QueryExecModeExec}
	return "/* request_id=" + info.ID + " */ " + query, append([]driver.NamedValue{once}, args...)
}
