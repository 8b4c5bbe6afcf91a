package database

import (
	"context"
	"database/sql/driver"

	"github.com/jackc/pgx/v5"

	"example.com/templatesite/internal/web"
)

// requestIDConnector opens connections that put the id of a request into its SQL, as a
// comment, when the client sent that id: the server's log and pg_stat_activity then show
// it. Such SQL differs with every request, so the server must not keep it prepared; all
// other statements stay unchanged and prepared.
type requestIDConnector struct {
	driver.Connector
	mode pgx.QueryExecMode // for statements with an id
}

func (c requestIDConnector) Connect(ctx context.Context) (driver.Conn, error) {
	conn, err := c.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	return &requestIDConn{conn.(postgresConn), c.mode}, nil
}

// postgresConn is what database/sql and this package use of the driver's connection.
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
	throughPooler() bool
}

type requestIDConn struct {
	postgresConn
	mode pgx.QueryExecMode
}

// ExecContext runs a statement without rows.
func (c *requestIDConn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	query, args = c.comment(ctx, query, args)
	return c.postgresConn.ExecContext(ctx, query, args)
}

// QueryContext runs a statement with rows.
func (c *requestIDConn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	query, args = c.comment(ctx, query, args)
	return c.postgresConn.QueryContext(ctx, query, args)
}

// comment puts the id before the SQL. An id consists of letters, digits and ._- only (see
// middleware.RequestInfo), so it cannot end the comment.
func (c *requestIDConn) comment(ctx context.Context, query string, args []driver.NamedValue) (string, []driver.NamedValue) {
	info := web.InfoFrom(ctx)
	if !info.ClientSentID {
		return query, args
	}
	return "/* request_id=" + info.RequestID + " */ " + query, inMode(c.mode, args)
}
