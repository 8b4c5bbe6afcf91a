package app

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"

	"example.com/templatesite/internal/database"
	"example.com/templatesite/internal/databasetest"
	"example.com/templatesite/internal/pgbouncertest"
	"example.com/templatesite/internal/sampletest"
)

// hostile are settings that a database or a role may impose on every session.
var hostile = []string{
	"datestyle = 'German, DMY'", "intervalstyle = 'sql_standard'", "timezone = 'Asia/Kolkata'", "standard_conforming_strings = off",
	"bytea_output = 'escape'", "client_encoding = 'LATIN1'", "extra_float_digits = -15", "default_transaction_isolation = 'serializable'",
	"default_transaction_deferrable = on", "statement_timeout = '1min'", "lock_timeout = '1min'", "idle_in_transaction_session_timeout = '5s'",
	"idle_session_timeout = '5s'", "application_name = 'theirs'", "array_nulls = off", "transform_null_equals = on",
	"quote_all_identifiers = on", "row_security = off", "xmloption = 'document'", "plan_cache_mode = 'force_custom_plan'",
}

// filledPostgres returns a PostgreSQL database with the rows of the fixtures.
func filledPostgres(t *testing.T) *database.DB {
	t.Helper()
	db := databasetest.OpenPostgres(t, resources())
	sampletest.Load(t, db)
	return db
}

// setOnDatabase alters the settings of the database that a URL names.
func setOnDatabase(t *testing.T, url string, settings ...string) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.WithoutCancel(t.Context())) //nolint:errcheck // what it did is done
	for _, setting := range settings {
		statement := fmt.Sprintf("alter database %s set %s", pgx.Identifier{conn.Config().Database}.Sanitize(), setting)
		if _, err := conn.Exec(t.Context(), statement); err != nil {
			t.Fatalf("%s: %v", statement, err)
		}
	}
}

// useEverything sends each kind of request, and runs each command that needs a database.
func useEverything(t *testing.T, env map[string]string, header string) {
	t.Helper()
	s := startService(t, env)
	s.Do("POST", "/shelf/", `{"name":"Travel","room":"Attic"}`, header)
	s.Do("POST", "/book/", validBook, header)
	const text = `{"shelf":1,"title":"a \\ b 'c' 🙂","pages":352,"status":"reading","due":"2017-07-30T17:22:42+02:00"}`
	created := s.Do("POST", "/book/", text, header)
	path := strings.TrimPrefix(created.Header.Get("Location"), s.url)
	if created.Status != http.StatusCreated || !strings.Contains(created.Body, `Z","href"`) {
		t.Fatalf("POST = %d %s", created.Status, created.Body)
	}
	for _, tt := range []struct {
		method, target, body string
		status               int
		want                 string
	}{
		{"GET", path, "", http.StatusOK, created.Body},
		{"GET", "/book/", "", http.StatusOK, strings.TrimSpace(created.Body)},
		{"GET", "/book/?before=1", "", http.StatusOK, strings.TrimSpace(created.Body)},
		{"PUT", path, text, http.StatusOK, `\\ b 'c' 🙂`},
		{"PATCH", path, `{"title":"other"}`, http.StatusOK, "other"},
		{"GET", "/healthcheck", "", http.StatusOK, `"ok"`},
		{"DELETE", path, "", http.StatusNoContent, ""},
		{"GET", path, "", http.StatusNotFound, ""},
	} {
		r := s.Do(tt.method, tt.target, tt.body, header)
		if r.Status != tt.status || !strings.Contains(r.Body, tt.want) {
			t.Errorf("%s %s = %d %s, want %d %s", tt.method, tt.target, r.Status, r.Body, tt.status, tt.want)
		}
	}
	for _, args := range []string{"migrate --status", "migrate --to 0 --yes", "migrate", "loaddata", "dumpdata"} {
		if status, stdout, stderr := command(t, env, "", strings.Fields(args)...); status != 0 {
			t.Errorf("app %s = %d: %s%s", args, status, stdout, stderr)
		}
	}
}

func TestNoSettingOfTheDatabaseChangesAnAnswer(t *testing.T) {
	t.Parallel()
	databasetest.NeedPostgres(t)
	for _, header := range []string{"", "X-Request-ID: find-me"} {
		t.Run(header, func(t *testing.T) {
			t.Parallel()
			url := databasetest.PostgresURL(t, resources())
			setOnDatabase(t, url, hostile...)
			useEverything(t, map[string]string{"DATABASE_URL": url}, header)
		})
	}
}

func TestEverythingWorksThroughPgBouncer(t *testing.T) {
	t.Parallel()
	databasetest.NeedPostgres(t)
	for _, mode := range []string{"session", "transaction"} {
		for _, header := range []string{"", "X-Request-ID: find-me"} {
			t.Run(mode+" "+header, func(t *testing.T) {
				t.Parallel()
				direct := databasetest.PostgresURL(t, resources())
				setOnDatabase(t, direct, hostile...)
				url := pgbouncertest.URL(t, mode, direct)
				useEverything(t, map[string]string{"DATABASE_URL": url, "DATABASE_MAX_CONNECTIONS": "2"}, header)
			})
		}
	}
}

func TestManyRequestsShareTheConnectionsOfPgBouncer(t *testing.T) {
	t.Parallel()
	url := pgbouncertest.URL(t, "transaction", databasetest.URL(t, filledPostgres(t)))
	s := startService(t, map[string]string{"DATABASE_URL": url, "DATABASE_MAX_CONNECTIONS": "16"})
	var group sync.WaitGroup
	for client := range 16 {
		group.Go(func() {
			for i := range 10 {
				header := ""
				if i%2 == 0 {
					header = fmt.Sprintf("X-Request-ID: find-%d-%d", client, i)
				}
				created := s.Do("POST", "/book/", validBook, header)
				read := s.Do("GET", strings.TrimPrefix(created.Header.Get("Location"), s.url), "", header)
				if created.Status != http.StatusCreated || read.Status != http.StatusOK {
					t.Errorf("POST = %d %s, GET = %d %s", created.Status, created.Body, read.Status, read.Body)
				}
			}
		})
	}
	group.Wait()
}

func TestMigrateRefusesASecondInstallationWhenTheSearchPathMissesTheTables(t *testing.T) {
	t.Parallel()
	databasetest.NeedPostgres(t)
	url := databasetest.PostgresURL(t, resources())
	setOnDatabase(t, url, "search_path = pg_catalog")
	env := map[string]string{"DATABASE_URL": url}
	const reason = "the tables are in schema public, which the search_path (pg_catalog) does not include"
	for _, tt := range []struct {
		args   string
		status int
	}{{"migrate --status", 0}, {"migrate", 1}, {"migrate --to 0", 1}} {
		if status, stdout, stderr := command(t, env, "", strings.Fields(tt.args)...); status != tt.status || !strings.Contains(stdout+stderr, reason) {
			t.Errorf("app %s = %d: %s%s", tt.args, status, stdout, stderr)
		}
	}
	s := startService(t, env)
	health := s.Do("GET", "/healthcheck", "")
	if health.Status != http.StatusServiceUnavailable || !strings.Contains(health.Body, "`app migrate --status` says why") || strings.Contains(health.Body, "pg_catalog") {
		t.Errorf("healthcheck = %d %s", health.Status, health.Body)
	}
	s.record("health check fails", func(r map[string]any) bool { return strings.Contains(r["error"].(string), reason) })
}

func TestTableThatHidesAMigratedOneIsNeverUsed(t *testing.T) {
	t.Parallel()
	databasetest.NeedPostgres(t)
	db := databasetest.OpenPostgres(t, resources())
	url := databasetest.URL(t, db)
	for _, statement := range []string{"create schema front", "create table front.book (like public.book including all)"} {
		if _, err := db.ExecContext(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
	setOnDatabase(t, url, "search_path = front, public")
	env := map[string]string{"DATABASE_URL": url}
	const reason = "the migrations are recorded in schema public, but the table book is found in schema front first"
	for _, args := range []string{"migrate --status", "migrate", "migrate --to 0 --yes", "dumpdata", "loaddata"} {
		if status, stdout, stderr := command(t, env, "", strings.Fields(args)...); status != 1 || !strings.Contains(stderr, reason) {
			t.Errorf("app %s = %d: %s%s", args, status, stdout, stderr)
		}
	}
	s := startService(t, env)
	if health := s.Do("GET", "/healthcheck", ""); health.Status != http.StatusServiceUnavailable || strings.Contains(health.Body, "front") {
		t.Errorf("healthcheck = %d %s", health.Status, health.Body)
	}
	s.record("health check fails", func(r map[string]any) bool { return strings.Contains(r["error"].(string), reason) })
}
