package database_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"example.com/templatesite/internal/database"
	"example.com/templatesite/internal/databasetest"
	"example.com/templatesite/internal/web"
)

// reopen opens a database once more, since its settings apply only to new sessions.
func reopen(t *testing.T, db *database.DB, parameters string) *database.DB {
	t.Helper()
	target, err := url.Parse(databasetest.URL(t, db))
	if err != nil {
		t.Fatal(err)
	}
	target.RawQuery = parameters
	other, err := database.Open(database.Options{URL: target.String(), MaxConnections: 4})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = other.Close() })
	return other
}

// refuses fails the test unless Migrate, MigrateTo, Ready and Obstacle all return the reasons.
func refuses(t *testing.T, db *database.DB, resources []web.Resource, wants ...string) {
	t.Helper()
	advice, notReady := db.Ready(t.Context(), resources)
	if notReady == nil || !strings.Contains(advice, "cannot be applied: `app migrate --status` says why") {
		t.Errorf("Ready = %q, %v", advice, notReady)
	}
	for what, err := range map[string]error{
		"Migrate": db.Migrate(t.Context(), resources, nil), "MigrateTo": db.MigrateTo(t.Context(), resources, at(3), nil),
		"Ready": notReady, "Obstacle": db.Obstacle(t.Context(), resources),
	} {
		for _, want := range wants {
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%s = %v, want %q", what, err, want)
			}
		}
	}
}

func TestSchemaNamedLikeTheUserDoesNotHideTheTables(t *testing.T) {
	db := postgres(t) // at version 2
	var user string
	if err := db.QueryRowContext(t.Context(), "select current_user").Scan(&user); err != nil {
		t.Fatal(err)
	}
	if _, err := db.ExecContext(t.Context(), "create schema authorization current_user"); err != nil {
		t.Fatal(err)
	}
	if advice, err := db.Ready(t.Context(), resources(2)); advice != "" || err != nil {
		t.Errorf("Ready = %q, %v: the queries see the tables", advice, err)
	}
	if err := db.Migrate(t.Context(), resources(2), func(s database.Step) { t.Errorf("%s ran again", s.Name) }); err != nil {
		t.Error(err)
	}
	refuses(t, db, resources(3), fmt.Sprintf(`the tables are in schema "public", but new ones would be made in %q`, user), "search_path (\"$user\", public)", "drop that schema")
	inTheOther := -1
	err := db.QueryRowContext(t.Context(), "select count(*) from pg_class join pg_namespace n on n.oid = relnamespace where nspname = $1", user).Scan(&inTheOther)
	if err != nil || inTheOther != 0 {
		t.Errorf("%d tables were made in the other schema, %v", inTheOther, err)
	}
	if _, err := db.ExecContext(t.Context(), "drop schema "+pgx.Identifier{user}.Sanitize()); err != nil {
		t.Fatal(err)
	}
	if err := db.Migrate(t.Context(), resources(3), nil); err != nil || rows(t, db) != 2 {
		t.Errorf("without that schema: %v", err)
	}
}

func TestSearchPathThatLosesTheTablesIsNoNewInstallation(t *testing.T) {
	db := postgres(t)
	if _, err := db.ExecContext(t.Context(), "create schema other; do $$ begin execute format('alter database %I set search_path = other', current_database()); end $$"); err != nil {
		t.Fatal(err)
	}
	lost := reopen(t, db, "")
	refuses(t, lost, resources(3), "the tables are in schema public, which the search_path (other) does not include", "add ?search_path=SCHEMA to DATABASE_URL")
	// A schema in the URL is chosen on purpose.
	second := reopen(t, db, "search_path=other")
	if err := second.Migrate(t.Context(), resources(3), nil); err != nil || rows(t, second) != 2 || rows(t, db) != 1 {
		t.Errorf("with the schema in the URL: %v", err)
	}
	if _, err := lost.Ready(t.Context(), resources(3)); err != nil {
		t.Errorf("with tables in both: %v", err)
	}
	refuses(t, reopen(t, db, "search_path=nowhere"), resources(3), "the search_path (nowhere) names no schema")
}

func TestAnotherServiceInTheSameDatabaseIsNoObstacle(t *testing.T) {
	db := postgres(t)
	for _, statement := range []string{"create schema theirs", "create table theirs.app_migrations (version_id bigint)", "create schema ours"} {
		if _, err := db.ExecContext(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
	diary := []web.Resource{resource("diary", map[int]string{1: "-- +goose Up\ncreate table diary (n integer);\n"})}
	setSearchPath := "do $$ begin execute format('alter database %I set search_path = ours', current_database()); end $$"
	if _, err := db.ExecContext(t.Context(), setSearchPath); err != nil {
		t.Fatal(err)
	}
	if err := reopen(t, db, "").Migrate(t.Context(), diary, nil); err != nil {
		t.Error(err)
	}
}

func TestTableThatHidesTheMigratedOneIsRefused(t *testing.T) {
	db := postgres(t)
	if _, err := db.ExecContext(t.Context(), "create schema front; create table front.note (n integer)"); err != nil {
		t.Fatal(err)
	}
	hidden := reopen(t, db, "search_path=front,public")
	const want = "the migrations are recorded in schema public, but the table note is found in schema front first: drop or rename that table"
	if _, err := hidden.Status(t.Context(), resources(2)); err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("Status = %v", err)
	}
}
