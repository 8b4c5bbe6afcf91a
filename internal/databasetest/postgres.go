package databasetest

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"example.com/templatesite/internal/database"
	"example.com/templatesite/internal/web"
)

// prefix begins the names of all databases that are made here.
const prefix = "templatesite_test_"

// timeout bounds the making, and the dropping, of the database of a test.
const timeout = time.Minute

// templateLock is the advisory lock under which a template is made.
const templateLock = 0x74657374

// OpenPostgres returns a migrated database on the server of TEST_DATABASE_URL. Its template is
// a database whose name has the hash of the migrations, so that it is made again only when they
// change.
func OpenPostgres(t testing.TB, resources []web.Resource) *database.DB {
	t.Helper()
	return open(t, PostgresURL(t, resources))
}

var sweepOnce = sync.OnceValue(func() error { return withServer(sweep) })

// PostgresURL returns the URL of a new migrated database.
func PostgresURL(t testing.TB, resources []web.Resource) string {
	t.Helper()
	NeedPostgres(t)
	url, drop, err := clonedFor(resources)
	if err != nil {
		t.Fatalf("make a test database: %v", err)
	}
	t.Cleanup(func() {
		if err := drop(); err != nil {
			t.Errorf("drop the test's database: %v", err)
		}
	})
	return url
}

func makePostgres() (url string, remove func() error, err error) {
	if serverURL() == "" {
		return "", nil, errors.New(needServer)
	}
	return clonedFor(nil)
}

// clonedFor clones the template of the resources.
func clonedFor(resources []web.Resource) (url string, drop func() error, err error) {
	ctx, cancel := context.WithTimeout(context.Background(), timeout)
	defer cancel()
	conn, err := pgx.Connect(ctx, serverURL())
	if err != nil {
		return "", nil, fmt.Errorf("connect to TEST_DATABASE_URL: %w", err)
	}
	name := prefix + strings.ToLower(rand.Text())
	drop = func() error { return dropOwned(conn, name) }
	if err := errors.Join(sweepOnce(), makeOwned(ctx, conn, name, resources)); err != nil {
		return "", nil, errors.Join(err, drop())
	}
	return databaseURL(name), drop, nil
}

// makeOwned clones the template. The connection stays open as long as the test and holds an
// advisory lock, which shows other programs that the clone is in use.
func makeOwned(ctx context.Context, conn *pgx.Conn, name string, resources []web.Resource) error {
	if _, err := conn.Exec(ctx, "select pg_advisory_lock(hashtext($1))", name); err != nil {
		return err
	}
	template, err := makeTemplate(ctx, conn, resources)
	if err != nil {
		return err
	}
	return clone(ctx, conn, name, template)
}

func dropOwned(conn *pgx.Conn, name string) error {
	ctx, cancel := context.WithTimeout(context.Background(), timeout)
	defer cancel()
	return errors.Join(drop(ctx, conn, name), conn.Close(ctx))
}

// makeTemplate makes the template of the migrations, unless the server has it, and returns
// its name. A template is complete when it accepts no connections, because PostgreSQL refuses
// to clone a database that is in use.
func makeTemplate(ctx context.Context, conn *pgx.Conn, resources []web.Resource) (string, error) {
	name, err := TemplateName(resources)
	if err != nil {
		return "", err
	}
	ready, err := isReady(ctx, conn, name)
	if ready || err != nil {
		return name, err
	}
	if _, err := conn.Exec(ctx, "select pg_advisory_lock($1)", templateLock); err != nil {
		return "", err
	}
	err = migrateTemplate(ctx, conn, name, resources)
	_, unlockErr := conn.Exec(ctx, "select pg_advisory_unlock($1)", templateLock)
	return name, errors.Join(err, unlockErr)
}

func isReady(ctx context.Context, conn *pgx.Conn, name string) (ready bool, err error) {
	err = conn.QueryRow(ctx, "select exists (select from pg_database where datname = $1 and datistemplate and not datallowconn)", name).Scan(&ready)
	return ready, err
}

func migrateTemplate(ctx context.Context, conn *pgx.Conn, name string, resources []web.Resource) error {
	if ready, err := isReady(ctx, conn, name); ready || err != nil {
		return err
	}
	// A run that was killed may have left an incomplete template.
	if err := drop(ctx, conn, name); err != nil {
		return err
	}
	if err := exec(ctx, conn, "create database %s encoding 'UTF8' template template0", name); err != nil {
		return err
	}
	db, err := database.Open(database.Options{URL: databaseURL(name), MaxConnections: 2})
	if err != nil {
		return err
	}
	if err := errors.Join(db.Migrate(ctx, resources, nil), db.Close()); err != nil {
		return err
	}
	return exec(ctx, conn, "alter database %s with is_template true allow_connections false", name)
}

// sweep drops the clones whose lock is free: those of runs that were killed.
func sweep(ctx context.Context, conn *pgx.Conn) error {
	rows, err := conn.Query(ctx, `
		select datname from pg_database
		where starts_with(datname, $1) and not starts_with(datname, $1 || 'template_')`, prefix)
	if err != nil {
		return err
	}
	names, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return err
	}
	for _, name := range names {
		var free bool
		if err := conn.QueryRow(ctx, "select pg_try_advisory_lock(hashtext($1))", name).Scan(&free); err != nil {
			return err
		}
		if !free {
			continue
		}
		if err := drop(ctx, conn, name); err != nil {
			return err
		}
	}
	return nil // closing the connection releases the locks
}

// clone copies the template. It tries again while another clone of the same template makes
// PostgreSQL refuse (SQLSTATE 55006), and a few times if a file operation of the server was
// interrupted (XX000), as happens on file systems of containers.
func clone(ctx context.Context, conn *pgx.Conn, name, template string) error {
	for attempt := 1; ; attempt++ {
		err := exec(ctx, conn, "create database %s template %s", name, template)
		e, ok := errors.AsType[*pgconn.PgError](err)
		if !ok || ctx.Err() != nil || e.Code != "55006" && (e.Code != "XX000" || attempt > 5) {
			return err
		}
		time.Sleep(10 * time.Millisecond)
	}
}

// drop drops a database, even when it is in use. With force, a role that is not a superuser is
// refused while autovacuum works there (SQLSTATE 42501). Without force, PostgreSQL ends
// autovacuum itself, and waits 5 s for other connections.
func drop(ctx context.Context, conn *pgx.Conn, name string) error {
	err := exec(ctx, conn, "drop database if exists %s with (force)", name)
	if e, ok := errors.AsType[*pgconn.PgError](err); ok && e.Code == "42501" {
		err = exec(ctx, conn, "drop database if exists %s", name)
	}
	return err
}

func exec(ctx context.Context, conn *pgx.Conn, statement string, names ...any) error {
	for i, name := range names {
		names[i] = pgx.Identifier{name.(string)}.Sanitize()
	}
	_, err := conn.Exec(ctx, fmt.Sprintf(statement, names...))
	return err
}

// withServer calls f with a connection to the server, and bounds its time.
func withServer(f func(context.Context, *pgx.Conn) error) error {
	ctx, cancel := context.WithTimeout(context.Background(), timeout)
	defer cancel()
	conn, err := pgx.Connect(ctx, serverURL())
	if err != nil {
		return err
	}
	return errors.Join(f(ctx, conn), conn.Close(ctx))
}

// databaseURL returns the URL of a database of the server. Its connect_timeout is longer than
// the default of one second, since the machine may be slow.
func databaseURL(name string) string {
	u, err := url.Parse(serverURL())
	if err != nil {
		return "" // withServer has connected to it
	}
	u.Path = "/" + name
	if query := u.Query(); !query.Has("connect_timeout") {
		query.Set("connect_timeout", "60")
		u.RawQuery = query.Encode()
	}
	return u.String()
}

// TemplateName returns the name of the template with the migrations of these resources.
func TemplateName(resources []web.Resource) (string, error) {
	sum, err := hash(resources, database.Postgres)
	return prefix + "template_" + sum, err
}
