package database

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"
)

// migrationLock is the key of the advisory lock under which migrations run: the
// letters of "template" as a number.
const migrationLock int64 = 0x74656d706c617465

// connectTimeout bounds how long each server may take to accept a connection, unless the
// URL sets its own timeout: a dead server must not delay the next one, nor its own return.
const connectTimeout = time.Second

// maxDescriptions bounds how many unprepared statements a connection keeps the types of:
// the SQL of statements with a request id differs every time.
const maxDescriptions = 128

// Postgres is PostgreSQL.
const Postgres Engine = "postgres"

type postgresEngine struct {
	password    string
	namesSchema bool // whether the URL names one
}

func (postgresEngine) name() Engine { return Postgres }

// HasPassword reports whether connections are opened with this password, whether it comes
// from the options, the URL or the environment.
func (db *DB) HasPassword(password string) bool {
	e, ok := db.engine.(postgresEngine)
	return ok && e.password == password
}

func (postgresEngine) open(o Options) (*DB, error) {
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
	settings := o.session(config.RuntimeParams)
	newest, failover := &primary{}, severalServers(config) && !strings.Contains(o.URL, "target_session_attrs")
	if failover {
		config.LookupFunc = newest.lookup(config.LookupFunc)
		config.ValidateConnect = pgconn.ValidateConnectTargetSessionAttrsReadWrite
	}
	config.ValidateConnect = validateAll(validateEncoding, config.ValidateConnect, settings.apply)
	pin(config.RuntimeParams, o.Program)
	config.DescriptionCacheCapacity = min(config.DescriptionCacheCapacity, maxDescriptions)

	// A statement passes the last of these connectors first.
	lost := &lastLoss{pingTimeout: config.ConnectTimeout}
	connector := stdlib.GetConnector(*config, stdlib.OptionShouldPing(lost.shouldPing), stdlib.OptionBeforeConnect(setPassword))
	if o.ReadPassword != nil {
		accepted := &atomic.Value{}
		accepted.Store(config.Password)
		connector = passwordConnector{connector, o.ReadPassword, accepted}
	}
	connector = retryConnector{connector, lost}
	if failover {
		connector = failoverConnector{connector, newest}
	}
	connector = poolerConnector{connector, settings.sql("true"), poolerMode(o.URL, config.DefaultQueryExecMode)}
	connector = requestIDConnector{connector, unprepared(config.DefaultQueryExecMode)}
	connector = newObserveConnector(connector, postgresEngine{}, o.Observe)

	db := sql.OpenDB(connector)
	db.SetConnMaxIdleTime(5 * time.Minute)
	own := postgresEngine{config.Password, sets(config.RuntimeParams, "search_path")}
	return newDB(own, connector, db, db), nil
}

// severalServers reports whether the URL names more than one server.
func severalServers(config *pgx.ConnConfig) bool {
	return slices.ContainsFunc(config.Fallbacks, func(f *pgconn.FallbackConfig) bool {
		return f.Host != config.Host || f.Port != config.Port
	})
}

// validateAll runs these checks, except nil ones, on a connection that was just opened. They
// count towards the time for connecting, so a server that hangs is passed over.
func validateAll(checks ...pgconn.ValidateConnectFunc) pgconn.ValidateConnectFunc {
	return func(ctx context.Context, conn *pgconn.PgConn) error {
		for _, check := range checks {
			if check == nil {
				continue
			}
			if err := check(ctx, conn); err != nil {
				return err
			}
		}
		return nil
	}
}

// validateEncoding refuses a database that is not encoded in UTF-8: it would count and
// compare bytes instead of characters.
func validateEncoding(_ context.Context, conn *pgconn.PgConn) error {
	// A pooler may not report the encoding.
	if encoding := conn.ParameterStatus("server_encoding"); encoding != "" && encoding != "UTF8" {
		return fmt.Errorf("the database is encoded in %s, it must be in UTF8: `create database … encoding 'UTF8' template template0`", encoding)
	}
	return nil
}

// lock runs f while a transaction on a connection of its own, outside the pool and
// its bound, holds the advisory lock. The server releases the lock when the transaction
// ends, also when the program is killed; behind a pooler, a lock of the session would stay.
func (postgresEngine) lock(ctx context.Context, db *DB, f func() error) error {
	own := sql.OpenDB(db.connector)
	defer own.Close()
	// At a higher isolation level the transaction would keep its first snapshot, and create
	// index concurrently waits for all older snapshots.
	tx, err := own.BeginTx(ctx, &sql.TxOptions{Isolation: sql.LevelReadCommitted})
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }() // it contains only the lock
	if _, err := tx.ExecContext(ctx, mayIdle); err != nil {
		return err
	}
	if err := awaitLock(ctx, tx); err != nil {
		return fmt.Errorf("wait for another program's migrations: %w", err)
	}
	return f()
}

// mayIdle turns off the timeouts that would end the transaction during the migrations.
const mayIdle = `select set_config(name, '0', true)
	from (values ('idle_in_transaction_session_timeout'), ('transaction_timeout')) as timeouts (name)
	where current_setting(name, true) is not null`

// awaitLock polls for the lock. A statement that waits for it would hold a snapshot
// meanwhile, and a statement of the extended protocol would hold one even after its end.
func awaitLock(ctx context.Context, tx *sql.Tx) error {
	ctx, cancel := context.WithTimeout(ctx, lockWait)
	defer cancel()
	for locked := false; ; {
		err := tx.QueryRowContext(ctx, "select pg_try_advisory_xact_lock($1)", pgx.QueryExecModeSimpleProtocol, migrationLock).Scan(&locked)
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
