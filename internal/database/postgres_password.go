package database

import (
	"context"
	"database/sql/driver"
	"errors"
	"sync/atomic"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// passwordConnector opens each connection with the present password. While a password is being
// replaced, the file and the database differ for some time: then it uses the last password that
// the database has accepted.
type passwordConnector struct {
	driver.Connector
	read     func() (string, error)
	accepted *atomic.Value // of the last connection, a string
}

// passwordKey is the key of the password in the context of a connect.
type passwordKey struct{}

// setPassword gives a new connection the password of its context.
func setPassword(ctx context.Context, config *pgx.ConnConfig) error {
	if password, ok := ctx.Value(passwordKey{}).(string); ok {
		config.Password = password
	}
	return nil
}

func (c passwordConnector) Connect(ctx context.Context) (driver.Conn, error) {
	accepted, _ := c.accepted.Load().(string)
	password, err := c.read()
	if err != nil {
		password = accepted
	}
	conn, err := c.connect(ctx, password)
	if err != nil && password != accepted && refusesPassword(err) {
		return c.connect(ctx, accepted)
	}
	return conn, err
}

func (c passwordConnector) connect(ctx context.Context, password string) (driver.Conn, error) {
	conn, err := c.Connector.Connect(context.WithValue(ctx, passwordKey{}, password))
	if err == nil {
		c.accepted.Store(password)
	}
	return conn, err
}

// refusesPassword reports whether err says that the password is wrong: class 28 of PostgreSQL's
// error codes is an invalid authorization.
func refusesPassword(err error) bool {
	serverError, ok := errors.AsType[*pgconn.PgError](err)
	return ok && len(serverError.Code) == 5 && serverError.Code[:2] == "28"
}
