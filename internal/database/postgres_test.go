package database_test

import (
	"context"
	"net"
	"net/http"
	"net/url"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"example.com/templatesite/internal/database"
	"example.com/templatesite/internal/databasetest"
	"example.com/templatesite/internal/web"
)

func TestServerThatHangsIsPassedOverInTime(t *testing.T) {
	t.Parallel()
	databasetest.NeedPostgres(t)
	silent, err := net.Listen("tcp", "127.0.0.1:0") // it never answers
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	target, err := url.Parse(databasetest.URL(t, databasetest.OpenPostgres(t, apps(1))))
	if err != nil {
		t.Fatal(err)
	}
	target.Host = silent.Addr().String() + "," + target.Host
	query := target.Query()
	query.Del("connect_timeout")
	target.RawQuery = query.Encode()
	for range 3 { // the machine may be slow at times
		if err = readyAtOnce(t, target.String()); err == nil {
			return
		}
	}
	t.Errorf("with the first of two servers hanging: %v", err)
}

// readyAtOnce connects to a database, and asks it as long as the health check would.
func readyAtOnce(t *testing.T, target string) error {
	t.Helper()
	db, err := database.Open(database.Options{URL: target, MaxConnections: 2})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
	defer cancel()
	_, err = db.Ready(ctx, apps(1))
	return err
}

func TestIndexIsMadeConcurrentlyWhileOthersWaitToMigrate(t *testing.T) {
	t.Parallel()
	databasetest.NeedPostgres(t)
	db := databasetest.OpenPostgres(t, apps(1))
	app := note(1)
	const index = "-- +goose NO TRANSACTION\n-- +goose Up\ncreate index concurrently note_n on note (n);\n"
	app.Migrations.(fstest.MapFS)["migrations/postgres/00002_index.sql"] = &fstest.MapFile{Data: []byte(index)}
	var group sync.WaitGroup
	for range 5 {
		group.Go(func() {
			own, err := database.Open(database.Options{URL: databasetest.URL(t, db), MaxConnections: 4, LockTimeout: time.Second})
			if err != nil {
				t.Error(err)
				return
			}
			defer own.Close()
			if err := own.Migrate(t.Context(), []web.App{app}, nil); err != nil {
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

// The server's bound is the time of a request: it may fire before the request's own.
func TestStatementThatTheServerEndsTookTooLong(t *testing.T) {
	t.Parallel()
	databasetest.NeedPostgres(t)
	db, err := database.Open(database.Options{
		URL: databasetest.URL(t, databasetest.OpenPostgres(t, apps(1))), MaxConnections: 1, StatementTimeout: 50 * time.Millisecond,
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
