package database_test

import (
	"context"
	"database/sql"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"example.com/templatesite/internal/database"
	"example.com/templatesite/internal/databasetest"
)

// warm fills the pool and runs the statements on each of its connections: twice, since the
// driver pings a connection that was idle.
func warm(t *testing.T, db *database.DB, statements ...string) {
	t.Helper()
	warmOnce(t, db, statements...)
	warmOnce(t, db, statements...)
}

func warmOnce(t *testing.T, db *database.DB, statements ...string) {
	t.Helper()
	var conns []*sql.Conn
	for range 4 {
		conn, err := db.Conn(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		conns = append(conns, conn)
		for _, statement := range statements {
			if _, err := conn.ExecContext(t.Context(), statement, arguments(statement)...); err != nil {
				t.Fatal(err)
			}
		}
	}
	for _, conn := range conns {
		if err := conn.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// arguments returns the arguments of a statement: only statements with arguments are kept
// prepared.
func arguments(statement string) []any {
	if strings.Contains(statement, "$1") {
		return []any{1}
	}
	return nil
}

// outside runs a statement on a connection outside the pool.
func outside(t *testing.T, db *database.DB, statement string) {
	t.Helper()
	other, err := sql.Open("pgx", databasetest.URL(t, db))
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	if _, err := other.ExecContext(t.Context(), statement); err != nil {
		t.Fatal(err)
	}
}

const endOthers = "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()"

func postgres(t *testing.T) *database.DB {
	t.Helper()
	t.Parallel()
	databasetest.NeedPostgres(t)
	return databasetest.OpenPostgres(t, resources(2))
}

func TestTransactionBeginsOnALiveConnection(t *testing.T) {
	db := postgres(t)
	warm(t, db, "select 1")
	outside(t, db, endOthers)
	tx, err := db.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := tx.Rollback(); err != nil {
		t.Error(err)
	}
}

// execAfterLoss runs a statement right after all connections of the pool have died. It tries
// again if that took so long that the driver pinged them first.
func execAfterLoss(t *testing.T, db *database.DB, statement string) error {
	t.Helper()
	for range 20 {
		warmOnce(t, db, "select 1")
		start := time.Now()
		warmOnce(t, db, "select 1")
		outside(t, db, endOthers)
		_, err := db.ExecContext(t.Context(), statement)
		if time.Since(start) < time.Second {
			return err
		}
		time.Sleep(time.Second) // the next ones are pinged
	}
	t.Fatal("the machine is too slow")
	return nil
}

func TestAfterOneLostConnectionTheOthersArePinged(t *testing.T) {
	db := postgres(t)
	if err := execAfterLoss(t, db, "select n from note"); !database.ConnectionLost(err) {
		t.Errorf("the first statement after the loss: %v", err)
	}
	// The others are pinged, so not even a write is sent on a dead connection.
	if _, err := db.ExecContext(t.Context(), "insert into note values (7)"); err != nil {
		t.Error(err)
	}
}

func TestWriteIsNotSentAgainWhenItsConnectionDied(t *testing.T) {
	db := postgres(t)
	err := execAfterLoss(t, db, "insert into note values (7)")
	if p := database.Problem(err); p == nil || p.Status != http.StatusServiceUnavailable || !database.ConnectionLost(err) {
		t.Errorf("the write on a connection that died: %v", err)
	}
}

func TestStatementsSurviveAChangeOfTheirTable(t *testing.T) {
	db := postgres(t)
	statements := []string{"select * from note where n = $1", "update note set n = n where n = $1 returning *"}
	warm(t, db, statements...)
	outside(t, db, "alter table note add column more text")
	warm(t, db, statements...)
	outside(t, db, "alter table note alter column more type varchar(10)")
	warm(t, db, statements...)
}

func TestWriteRefusedByAReadOnlyServerIsSentOnANewConnection(t *testing.T) {
	db := postgres(t)
	warm(t, db, "set default_transaction_read_only = on")
	if _, err := db.ExecContext(t.Context(), "insert into note values (7)"); err != nil {
		t.Error(err)
	}
}

func TestCancelledStatementIsNotSentAgain(t *testing.T) {
	db := postgres(t)
	warm(t, db, "select 1")
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	start := time.Now()
	_, err := db.ExecContext(ctx, "select pg_sleep(60)")
	if !errors.Is(err, context.DeadlineExceeded) || time.Since(start) > 20*time.Second {
		t.Errorf("%v after %v", err, time.Since(start))
	}
	for end := time.Now().Add(20 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		running := ""
		err := db.QueryRowContext(t.Context(), "select coalesce(string_agg(query, ' '), '') from pg_stat_activity where datname = current_database() and state = 'active' and pid <> pg_backend_pid()").Scan(&running)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(running, "pg_sleep") {
			return
		}
		if time.Now().After(end) {
			t.Fatalf("still running on the server: %s", running)
		}
	}
}

func TestStatementThatPostgreSQLDoesNotSupportIsABug(t *testing.T) {
	db := postgres(t)
	_, err := db.ExecContext(t.Context(), "select distinct n from note for update") // 0A000, the code of a stale plan
	if p := database.Problem(err); err == nil || p != nil {
		t.Errorf("%v is %v", err, p)
	}
}
