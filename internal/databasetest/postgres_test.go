package databasetest

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/jackc/pgx/v5"

	"example.com/templatesite/internal/web"
)

func TestTemplateIsNamedByItsMigrationsInChronologicalOrder(t *testing.T) {
	t.Parallel()
	const text = "-- +goose Up\ncreate table note (id integer);\n-- sum"
	sum := sha256.Sum256([]byte("note/20260101000001_note.sql\n" + text + "other/20260101000002_other.sql\n-- more"))
	first := note("sum")[0]
	second := web.Resource{Name: "other", Migrations: fstest.MapFS{"migrations/postgres/20260101000002_other.sql": {Data: []byte("-- more")}}}
	for _, resources := range [][]web.Resource{{first, second}, {second, first}} {
		if got, err := TemplateName(resources); err != nil || got != prefix+"template_"+hex.EncodeToString(sum[:])[:16] {
			t.Errorf("the template is named %s, %v", got, err)
		}
	}
}

func TestClonesAreSafeInParallel(t *testing.T) {
	t.Parallel()
	NeedPostgres(t)
	resources := note("parallel")
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() { OpenPostgres(t, resources) })
	}
	group.Wait()
}

func TestLeftoversOfKilledRunsAreSwept(t *testing.T) {
	t.Parallel()
	NeedPostgres(t)
	names := func(ctx context.Context, conn *pgx.Conn) []string {
		rows, err := conn.Query(ctx, "select datname from pg_database")
		if err != nil {
			t.Fatal(err)
		}
		all, err := pgx.CollectRows(rows, pgx.RowTo[string])
		if err != nil {
			t.Fatal(err)
		}
		return all
	}
	used, err := url.Parse(PostgresURL(t, note("sweep")))
	if err != nil {
		t.Fatal(err)
	}
	err = withServer(func(ctx context.Context, conn *pgx.Conn) error {
		const leftover = prefix + "leftover"
		if err := exec(ctx, conn, "create database %s", leftover); err != nil {
			return err
		}
		all := []string{leftover}
		// Another program may be sweeping: it holds the lock, but has not dropped it yet.
		for end := time.Now().Add(20 * time.Second); slices.Contains(all, leftover) && time.Now().Before(end); {
			if err := withServer(sweep); err != nil {
				return err
			}
			all = names(ctx, conn)
		}
		if slices.Contains(all, leftover) {
			t.Error("the leftover is still there")
		}
		if !slices.Contains(all, strings.TrimPrefix(used.Path, "/")) {
			t.Error("a database in use was dropped")
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestUnfinishedTemplateIsMadeAgain(t *testing.T) {
	t.Parallel()
	NeedPostgres(t)
	resources := note("unfinished")
	template, err := TemplateName(resources)
	if err != nil {
		t.Fatal(err)
	}
	err = withServer(func(ctx context.Context, conn *pgx.Conn) error {
		if ready, err := isReady(ctx, conn, template); ready || err != nil {
			return err // an earlier run of this test has made it whole
		}
		return exec(ctx, conn, "create database %s", template)
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := OpenPostgres(t, resources).ExecContext(t.Context(), "insert into note values (1)"); err != nil {
		t.Error(err)
	}
}
