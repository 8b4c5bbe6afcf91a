package database_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"example.com/templatesite/internal/database"
	"example.com/templatesite/internal/databasetest"
	"example.com/templatesite/internal/pgbouncertest"
	"example.com/templatesite/internal/web"
)

// throughPgBouncer runs test in both pool modes. In transaction mode the pool has three times
// as many connections as PgBouncer has to the server, so that the statements of one connection
// run on several.
func throughPgBouncer(t *testing.T, test func(t *testing.T, direct, pooled *database.DB)) {
	t.Helper()
	t.Parallel()
	databasetest.NeedPostgres(t)
	for _, mode := range []string{"session", "transaction"} {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			direct := databasetest.OpenPostgres(t, resources(1))
			size := map[string]int{"session": 3, "transaction": 12}[mode]
			url := pgbouncertest.URL(t, mode, databasetest.URL(t, direct))
			pooled, err := database.Open(database.Options{URL: url, MaxConnections: size, LockTimeout: 5 * time.Second, StatementTimeout: time.Minute})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = pooled.Close() })
			test(t, direct, pooled)
		})
	}
}

func TestMigrationsRunThroughPgBouncerAndLeaveNoLockBehind(t *testing.T) {
	throughPgBouncer(t, func(t *testing.T, direct, pooled *database.DB) {
		var group sync.WaitGroup
		var steps atomic.Int64
		for range 3 {
			group.Go(func() {
				if err := pooled.Migrate(t.Context(), resources(5), func(database.Step) { steps.Add(1) }); err != nil {
					t.Error(err)
				}
			})
		}
		group.Wait()
		if got := rows(t, direct); got != 4 || steps.Load() != 4 {
			t.Errorf("%d rows and %d steps, want 4", got, steps.Load())
		}
		locks := 0
		err := direct.QueryRowContext(t.Context(), `select count(*) from pg_locks
			where locktype = 'advisory' and database = (select oid from pg_database where datname = current_database())`).Scan(&locks)
		if err != nil || locks != 0 {
			t.Errorf("%d locks are left, %v", locks, err)
		}
		if _, err := pooled.Ready(t.Context(), resources(5)); err != nil {
			t.Error(err)
		}
	})
}

func TestMigrationThroughPgBouncerGivesUpOnATableInUse(t *testing.T) {
	throughPgBouncer(t, func(t *testing.T, direct, _ *database.DB) {
		tx, err := direct.BeginTx(t.Context(), nil)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = tx.Rollback() }()
		if _, err := tx.ExecContext(t.Context(), "lock table note"); err != nil {
			t.Fatal(err)
		}
		url := pgbouncertest.URL(t, "transaction", databasetest.URL(t, direct))
		migrator, err := database.Open(database.Options{URL: url, MaxConnections: 2, LockTimeout: 100 * time.Millisecond})
		if err != nil {
			t.Fatal(err)
		}
		defer migrator.Close()
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
		defer cancel()
		if err := migrator.Migrate(ctx, resources(2), nil); !lockTimeout(err) {
			t.Errorf("Migrate = %v, want a lock timeout", err)
		}
	})
}

func lockTimeout(err error) bool { return err != nil && strings.Contains(err.Error(), "lock timeout") }

func TestStatementsGoThroughPgBouncer(t *testing.T) {
	throughPgBouncer(t, func(t *testing.T, direct, pooled *database.DB) {
		var group sync.WaitGroup
		for client := range 24 {
			group.Go(func() {
				for i := range 20 {
					info := web.Info{IDs: web.IDs{RequestID: fmt.Sprintf("find-%d-%d", client, i)}, ClientSentID: client%2 == 0}
					ctx := web.WithInfo(t.Context(), &info)
					if _, err := pooled.ExecContext(ctx, "insert into note values ($1)", i); err != nil {
						t.Error(err)
					}
					// Each client has its own SQL, so that names of prepared statements would clash.
					query := fmt.Sprintf("select count(*), now(), $1::text from note where n >= $2 and n <> %d", -client-1)
					count, now, text := 0, time.Time{}, ""
					err := pooled.QueryRowContext(ctx, query, "🙂", i).Scan(&count, &now, &text)
					if err != nil || count == 0 || text != "🙂" || now.IsZero() {
						t.Errorf("%d, %v, %q: %v", count, now, text, err)
					}
				}
			})
		}
		group.Wait()
		if got := rows(t, direct); got != 24*20 {
			t.Errorf("%d rows, want %d", got, 24*20)
		}
	})
}

// A setting that stayed there would apply to PgBouncer's other clients.
func TestSettingsDoNotStayOnTheServerConnectionsOfPgBouncer(t *testing.T) {
	throughPgBouncer(t, func(t *testing.T, _, pooled *database.DB) {
		tx, err := pooled.BeginTx(t.Context(), nil)
		if err != nil {
			t.Fatal(err)
		}
		timeouts := ""
		const ask = "select current_setting('lock_timeout') || ' ' || current_setting('statement_timeout')"
		if err := tx.QueryRowContext(t.Context(), ask).Scan(&timeouts); err != nil || timeouts != "5s 1min" {
			t.Errorf("in a transaction: %q, %v", timeouts, err)
		}
		if err := tx.Commit(); err != nil {
			t.Fatal(err)
		}
		if err := pooled.QueryRowContext(t.Context(), ask).Scan(&timeouts); err != nil || timeouts != "0 0" {
			t.Errorf("outside of one: %q, %v", timeouts, err)
		}
	})
}

func TestStatementsThroughPgBouncerSurviveAChangeOfTheirTable(t *testing.T) {
	throughPgBouncer(t, func(t *testing.T, direct, pooled *database.DB) {
		pooled.SetMaxOpenConns(2)
		for _, change := range []string{"add column two text", "add column three text", "alter column three type varchar(10)", "drop column three"} {
			outside(t, direct, "alter table note "+change)
			for range 4 {
				if _, err := pooled.ExecContext(t.Context(), "select * from note where n = $1", 7); err != nil {
					t.Errorf("after %q: %v", change, err)
				}
				number := 0
				err := pooled.QueryRowContext(t.Context(), "update note set n = n where n = $1 returning *", 7).Scan(&number)
				if database.Problem(err) != nil {
					t.Errorf("after %q: %v", change, err)
				}
			}
		}
	})
}
