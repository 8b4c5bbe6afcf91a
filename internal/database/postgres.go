package database

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"

	"example.com/templatesite/internal/web"
)

// migrationLock is the key of the advisory lock under which migrations run: the
// letters of "template" as a number.
const migrationLock int64 = 0x74656d706c617465

// connectTimeout bounds how long each server may take to accept a connection, when the
// URL does not say so: one that is dead must not keep us from the next, nor from
// itself when it is back.
const connectTimeout = time.Second

func openPostgres(o Options) (*DB, error) {
	config, err := parsePostgres(o.URL)
	if err != nil {
		return nil, fmt.Errorf("the URL %w", err)
	}
	if o.Password != "" {
		config.Password = o.Password
	}
	if config.ConnectTimeout == 0 {
		config.ConnectTimeout = connectTimeout
	}
	other := func(f *pgconn.FallbackConfig) bool { return f.Host != config.Host || f.Port != config.Port }
	// Of several servers, the one that takes writes is meant.
	follow := slices.ContainsFunc(config.Fallbacks, other) && !strings.Contains(o.URL, "target_session_attrs")
	newest := &primary{}
	if follow {
		config.LookupFunc = newest.lookup(config.LookupFunc)
		config.ValidateConnect = pgconn.ValidateConnectTargetSessionAttrsReadWrite
	}
	config.ValidateConnect = validateEncoding(config.ValidateConnect)
	config.RuntimeParams["client_encoding"] = "UTF8"
	for name, value := range o.sessionSettings() {
		if config.RuntimeParams[name] == "" {
			config.RuntimeParams[name] = value
		}
	}
	lost := &loss{pingTimeout: config.ConnectTimeout}
	connector := driver.Connector(retrying{stdlib.GetConnector(*config, stdlib.OptionShouldPing(lost.shouldPing)), lost})
	if follow {
		connector = following{connector, newest}
	}
	connector = o.observed(commenting{connector})
	db := sql.OpenDB(connector)
	db.SetConnMaxIdleTime(5 * time.Minute)
	return &DB{DB: web.DB{DB: db, Write: db}, Engine: Postgres, connector: connector, password: config.Password}, nil
}

// validateEncoding refuses a database that does not store characters as ours: it would
// count and compare bytes. What else is to be asked of it is next.
func validateEncoding(next pgconn.ValidateConnectFunc) pgconn.ValidateConnectFunc {
	return func(ctx context.Context, conn *pgconn.PgConn) error {
		// A pooler may not say.
		if encoding := conn.ParameterStatus("server_encoding"); encoding != "" && encoding != "UTF8" {
			return fmt.Errorf("the database is encoded in %s, it must be in UTF8: `create database … encoding 'UTF8' template template0`", encoding)
		}
		if next == nil {
			return nil
		}
		return next(ctx, conn)
	}
}

// sessionSettings are what each connection has the server do by itself.
func (o Options) sessionSettings() map[string]string {
	settings := map[string]string{"application_name": "templatesite"}
	if o.LockTimeout > 0 {
		settings["lock_timeout"] = strconv.FormatInt(o.LockTimeout.Milliseconds(), 10)
	}
	if o.StatementTimeout > 0 {
		settings["statement_timeout"] = strconv.FormatInt(o.StatementTimeout.Milliseconds(), 10)
	}
	return settings
}

// lockAdvisory runs f while a session of its own, which the pool need not have a
// place for, holds the advisory lock. The server releases it when the session ends,
// also when the program is killed.
func (db *DB) lockAdvisory(ctx context.Context, f func() error) error {
	own := sql.OpenDB(db.connector)
	defer own.Close()
	conn, err := own.Conn(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	if err := awaitLock(ctx, conn); err != nil {
		return fmt.Errorf("wait for another program's migrations: %w", err)
	}
	return f()
}

// awaitLock asks for the lock again and again. A statement that waits for it would hold
// a snapshot, and whoever makes an index concurrently waits for all of these.
func awaitLock(ctx context.Context, conn *sql.Conn) error {
	ctx, cancel := context.WithTimeout(ctx, lockWait)
	defer cancel()
	for locked := false; ; {
		err := conn.QueryRowContext(ctx, "select pg_try_advisory_lock($1)", migrationLock).Scan(&locked)
		if err != nil || locked {
			return err
		}
		select {
		case <-time.After(100 * time.Millisecond):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}
