package database_test

import (
	"context"
	"crypto/rand"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"example.com/templatesite/internal/database"
	"example.com/templatesite/internal/databasetest"
	"example.com/templatesite/internal/web"
)

// withoutTimeout returns the URL of a database without connect_timeout, so that the default
// of the program applies.
func withoutTimeout(t *testing.T, db *database.DB) *url.URL {
	t.Helper()
	target, err := url.Parse(databasetest.URL(t, db))
	if err != nil {
		t.Fatal(err)
	}
	query := target.Query()
	query.Del("connect_timeout")
	target.RawQuery = query.Encode()
	return target
}

func TestServerThatHangsIsPassedOverInTime(t *testing.T) {
	t.Parallel()
	databasetest.NeedPostgres(t)
	silent, err := net.Listen("tcp", "127.0.0.1:0") // it never answers
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	target := withoutTimeout(t, databasetest.OpenPostgres(t, resources(1)))
	target.Host = silent.Addr().String() + "," + target.Host
	for range 3 { // the machine may be slow at times
		if err = readyAtOnce(t, target.String()); err == nil {
			return
		}
	}
	t.Errorf("with the first of two servers hanging: %v", err)
}

// readyAtOnce connects to a database, and calls Ready with the timeout of the health check.
func readyAtOnce(t *testing.T, target string) error {
	t.Helper()
	db, err := database.Open(database.Options{URL: target, MaxConnections: 2})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
	defer cancel()
	_, err = db.Ready(ctx, resources(1))
	return err
}

func TestIndexIsMadeConcurrentlyWhileOthersWaitToMigrate(t *testing.T) {
	t.Parallel()
	databasetest.NeedPostgres(t)
	db := databasetest.OpenPostgres(t, resources(1))
	resource := note(1)
	const index = "-- +goose NO TRANSACTION\n-- +goose Up\ncreate index concurrently note_n on note (n);\n"
	add(resource.Migrations.(fstest.MapFS), at(2), "index", index)
	var group sync.WaitGroup
	for range 5 {
		group.Go(func() {
			own, err := database.Open(database.Options{URL: databasetest.URL(t, db), MaxConnections: 4, LockTimeout: time.Second})
			if err != nil {
				t.Error(err)
				return
			}
			defer own.Close()
			if err := own.Migrate(t.Context(), []web.Resource{resource}, nil); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	valid := false
	if err := db.QueryRowContext(t.Context(), "select indisvalid from pg_index where indexrelid = 'note_n'::regclass").Scan(&valid); err != nil || !valid {
		t.Errorf("the index is valid: %v, %v", valid, err)
	}
}

// A program that is killed leaves an index that is invalid, or one that is not recorded.
func TestIndexThatWasLeftBehindIsMadeAgain(t *testing.T) {
	db := postgres(t)
	resource := note(2)
	const index = "-- +goose NO TRANSACTION\n-- +goose Up\ndrop index concurrently if exists note_n;\ncreate index concurrently note_n on note (n);\n"
	add(resource.Migrations.(fstest.MapFS), at(3), "index", index)
	for range 2 {
		if err := db.Migrate(t.Context(), []web.Resource{resource}, nil); err != nil {
			t.Fatal(err)
		}
		outside(t, db, "delete from app_migrations where version_id = 20260101000003")
	}
}

// The timeout of the server is that of a request, so it may fire first.
func TestStatementThatTheServerCancelsHasTimedOut(t *testing.T) {
	t.Parallel()
	databasetest.NeedPostgres(t)
	db, err := database.Open(database.Options{
		URL: databasetest.URL(t, databasetest.OpenPostgres(t, resources(1))), MaxConnections: 1, StatementTimeout: 50 * time.Millisecond,
	})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	_, err = db.ExecContext(t.Context(), "select pg_sleep(10)")
	if problem := database.Problem(err); problem == nil || problem.Status != http.StatusGatewayTimeout {
		t.Errorf("%v is %v, want 504", err, problem)
	}
}

func TestSessionsBearTheNameOfTheProgramUnlessTheURLNamesThem(t *testing.T) {
	target := databasetest.URL(t, postgres(t))
	own, err := url.Parse(target)
	if err != nil {
		t.Fatal(err)
	}
	query := own.Query()
	query.Set("application_name", "till")
	own.RawQuery = query.Encode()
	for url, want := range map[string]string{target: "shop", own.String(): "till"} {
		db, err := database.Open(database.Options{URL: url, Program: "shop", MaxConnections: 1})
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		var name string
		if err := db.QueryRowContext(t.Context(), "show application_name").Scan(&name); err != nil || name != want {
			t.Errorf("application_name = %q, %v, want %q", name, err, want)
		}
	}
}

func TestDatabaseThatIsNotUTF8IsRefused(t *testing.T) {
	db := postgres(t)
	target, err := url.Parse(databasetest.URL(t, db))
	if err != nil {
		t.Fatal(err)
	}
	name := "ascii_" + strings.ToLower(rand.Text())
	if _, err := db.ExecContext(t.Context(), "create database "+name+" encoding 'SQL_ASCII' template template0 locale_provider libc lc_collate 'C' lc_ctype 'C'"); err != nil {
		t.Fatal(err)
	}
	defer outside(t, db, "drop database "+name)
	target.Path = "/" + name
	ascii, err := database.Open(database.Options{URL: target.String(), MaxConnections: 1})
	if err != nil {
		t.Fatal(err)
	}
	defer ascii.Close()
	_, notReady := ascii.Ready(t.Context(), resources(1))
	const want = "SQL_ASCII, it must be in UTF8: `create database … encoding 'UTF8' template template0`"
	for what, err := range map[string]error{"Migrate": ascii.Migrate(t.Context(), resources(1), nil), "Ready": notReady} {
		if p := database.Problem(err); err == nil || !strings.Contains(err.Error(), want) || p == nil || p.Status != http.StatusServiceUnavailable {
			t.Errorf("%s: %v is %v", what, err, p)
		}
	}
}

func TestTextIsSentInUTF8WhateverTheURLSays(t *testing.T) {
	db := postgres(t)
	target, err := url.Parse(databasetest.URL(t, db))
	if err != nil {
		t.Fatal(err)
	}
	target.RawQuery = "client_encoding=LATIN1"
	other, err := database.Open(database.Options{URL: target.String(), MaxConnections: 1})
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	length := 0
	if err := other.QueryRowContext(t.Context(), "select char_length($1::text)", "🙂🙂").Scan(&length); err != nil || length != 2 {
		t.Errorf("%d characters, %v", length, err)
	}
}

func TestLockOutlivesALongMigration(t *testing.T) {
	db := postgres(t)
	if _, err := db.ExecContext(t.Context(), "do $$ begin execute format('alter database %I set idle_in_transaction_session_timeout = 500', current_database()); end $$"); err != nil {
		t.Fatal(err)
	}
	resource := note(2)
	const long = `-- +goose Up
-- +goose StatementBegin
do $$ begin
	perform pg_sleep(1.5);
	if not exists (select from pg_locks where locktype = 'advisory' and database = (select oid from pg_database where datname = current_database())) then
		raise 'the lock is lost';
	end if;
end $$;
-- +goose StatementEnd
`
	add(resource.Migrations.(fstest.MapFS), at(3), "long", long)
	if err := reopen(t, db, "").Migrate(t.Context(), []web.Resource{resource}, nil); err != nil {
		t.Error(err)
	}
}
