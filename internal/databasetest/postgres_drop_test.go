package databasetest

import (
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"example.com/templatesite/internal/postgrestest"
)

// slow is a table whose vacuum sleeps 100 ms for each page.
const slow = `
	create table slow (value text) with (autovacuum_vacuum_threshold = 0, autovacuum_vacuum_scale_factor = 0,
		autovacuum_vacuum_cost_delay = 100, autovacuum_vacuum_cost_limit = 1);
	insert into slow select repeat('x', 1000) from generate_series(1, 10000);
	delete from slow`

func TestDatabaseInWhichAutovacuumWorksIsDropped(t *testing.T) {
	t.Parallel()
	const name = prefix + "slow"
	server := postgrestest.New(t, "autovacuum_naptime=1s", "fsync=off")
	root := connect(t, server.URL("postgres"))
	for _, statement := range []string{"create role tester login createdb", "create database " + name + " owner tester"} {
		if _, err := root.Exec(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
	busy := connect(t, server.URL(name))
	if _, err := busy.Exec(t.Context(), slow); err != nil {
		t.Fatal(err)
	}
	if err := busy.Close(t.Context()); err != nil { // which sends its statistics to the server
		t.Fatal(err)
	}
	const workers = "select count(*) from pg_stat_activity where backend_type = 'autovacuum worker' and datname = $1"
	for count, end := 0, time.Now().Add(30*time.Second); count == 0; time.Sleep(10 * time.Millisecond) {
		if err := root.QueryRow(t.Context(), workers, name).Scan(&count); err != nil {
			t.Fatal(err)
		}
		if time.Now().After(end) {
			t.Fatal("autovacuum has not started")
		}
	}
	// The role that makes the databases of tests is not a superuser, unlike autovacuum.
	tester := connect(t, strings.Replace(server.URL("postgres"), "postgres@", "tester@", 1))
	if err := drop(t.Context(), tester, name); err != nil {
		t.Error(err)
	}
}

func connect(t *testing.T, url string) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	return conn
}
