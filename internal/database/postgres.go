package database

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
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

// maxDescriptions bounds what a connection keeps of the types of statements that are not
// prepared: those with the id of a request differ each time.
const maxDescriptions = 128

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
	settings := o.session(config.RuntimeParams)
	config.ValidateConnect = validate(validateEncoding, config.ValidateConnect, settings.settle)
	pin(config.RuntimeParams)
	config.DescriptionCacheCapacity = min(config.DescriptionCacheCapacity, maxDescriptions)
	lost := &loss{pingTimeout: config.ConnectTimeout}
	connector := driver.Connector(retrying{stdlib.GetConnector(*config, stdlib.OptionShouldPing(lost.shouldPing)), lost})
	if follow {
		connector = following{connector, newest}
	}
	connector = pooling{connector, settings.sql("true"), pooledMode(o.URL, config.DefaultQueryExecMode)}
	connector = o.observed(commenting{connector, unprepared(config.DefaultQueryExecMode)})
	db := sql.OpenDB(connector)
	db.SetConnMaxIdleTime(5 * time.Minute)
	return &DB{
		DB: web.DB{DB: db, Write: db}, Engine: Postgres,
		connector: connector, password: config.Password, namesSchema: sets(config.RuntimeParams, "search_path"),
	}, nil
}

// validate asks all of these, but for those that are nil, of a connection that was just
// opened: in the time for connecting, so that a server that hangs is passed over.
func validate(all ...pgconn.ValidateConnectFunc) pgconn.ValidateConnectFunc {
	return func(ctx context.Context, conn *pgconn.PgConn) error {
		for _, ask := range all {
			if ask == nil {
				continue
			}
			if err := ask(ctx, conn); err != nil {
				return err
			}
		}
		return nil
	}
}

// validateEncoding refuses a database that does not store characters as ours: it would
// count and compare bytes.
func validateEncoding(_ context.Context, conn *pgconn.PgConn) error {
	// A pooler may not say.
	if encoding := conn.ParameterStatus("server_encoding"); encoding != "" && encoding != "UTF8" {
		return fmt.Errorf("the database is encoded in %s, it must be in UTF8: `create database … encoding 'UTF8' template template0`", encoding)
	}
	return nil
}

// lockAdvisory runs f while a transaction on a connection of its own, which the pool need
// not have a place for, holds the advisory lock. The server releases it when the
// transaction ends, also when the program is killed; a lock of the session would stay
// behind a pooler.
func (db *DB) lockAdvisory(ctx context.Context, f func() error) error {
	own := sql.OpenDB(db.connector)
	defer own.Close()
	// At a higher level the transaction would keep its first snapshot, and whoever makes
	// an index concurrently waits for all of these.
	tx, err := own.BeginTx(ctx, &sql.TxOptions{Isolation: sql.LevelReadCommitted})
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }() // there is nothing in it but the lock
	if _, err := tx.ExecContext(ctx, mayIdle); err != nil {
		return err
	}
	if err := awaitLock(ctx, tx); err != nil {
		return fmt.Errorf("wait for another program's migrations: %w", err)
	}
	return f()
}

// mayIdle lets a transaction last as long as the migrations do.
const mayIdle = `select set_config(name, '0', true)
	from (values ('idle_in_transaction_session_timeout'), ('transaction_timeout')) as timeouts (name)
	where current_setting(name, true) is not null`

// awaitLock asks for the lock again and again. A statement that waits for it would hold
// a snapshot meanwhile, and so would one of the extended protocol after its end.
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
