package database_test

import (
	"fmt"
	"maps"
	"net/url"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/jackc/pgx/v5"

	"example.com/templatesite/internal/database"
	"example.com/templatesite/internal/databasetest"
	"example.com/templatesite/internal/web"
)

// without returns a resource that lacks one version of note.
func without(version string, versions int) []web.Resource {
	resource := note(versions)
	maps.DeleteFunc(resource.Migrations.(fstest.MapFS), func(name string, _ *fstest.MapFile) bool { return strings.Contains(name, version) })
	return []web.Resource{resource}
}

// again opens a database once more: what is set on it holds for new sessions.
func again(t *testing.T, db *database.DB, parameters string) *database.DB {
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

// refuses fails the test unless Migrate, MigrateTo, Ready and Obstacle all say what is in
// the way, and change nothing.
func refuses(t *testing.T, db *database.DB, resources []web.Resource, wants ...string) {
	t.Helper()
	advice, notReady := db.Ready(t.Context(), resources)
	if notReady == nil || !strings.Contains(advice, "cannot be applied: `app migrate --status` says why") {
		t.Errorf("Ready = %q, %v", advice, notReady)
	}
	for what, err := range map[string]error{
		"Migrate": db.Migrate(t.Context(), resources, nil), "MigrateTo": db.MigrateTo(t.Context(), resources[0], 3, nil),
		"Ready": notReady, "Obstacle": db.Obstacle(t.Context(), resources),
	} {
		for _, want := range wants {
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%s = %v, want %q", what, err, want)
			}
		}
	}
}

func TestMigrationThatArrivesLateIsExplainedAndNothingLoops(t *testing.T) {
	each(t, func(t *testing.T, db *database.DB) {
		if err := db.Migrate(t.Context(), without("00002", 3), nil); err != nil {
			t.Fatal(err)
		}
		refuses(t, db, resources(3), "migration note/00002_note.sql was added below 00003, which is already applied: give the file a higher number",
			"run `app migrate note --to 1 --yes` and then `app migrate`")
		// Both ways out lead out.
		files := note(3).Migrations.(fstest.MapFS)
		for _, engine := range []string{"postgres", "sqlite"} {
			files["migrations/"+engine+"/00004_note.sql"] = files["migrations/"+engine+"/00002_note.sql"]
			delete(files, "migrations/"+engine+"/00002_note.sql")
		}
		renumbered := web.Resource{Name: "note", Migrations: files}
		if err := db.Migrate(t.Context(), []web.Resource{renumbered}, nil); err != nil || lines(t, db) != 2 {
			t.Errorf("with a higher number: %v", err)
		}
		if err := db.MigrateTo(t.Context(), renumbered, 1, nil); err != nil {
			t.Fatal(err)
		}
		if err := db.Migrate(t.Context(), resources(3), nil); err != nil || lines(t, db) != 2 {
			t.Errorf("after going back: %v", err)
		}
	})
}

func TestLateMigrationIsReachedByGoingBackToIt(t *testing.T) {
	each(t, func(t *testing.T, db *database.DB) {
		if err := db.Migrate(t.Context(), without("00002", 3), nil); err != nil {
			t.Fatal(err)
		}
		if err := db.MigrateTo(t.Context(), note(3), 2, nil); err != nil {
			t.Fatal(err)
		}
		migrations, err := db.Status(t.Context(), resources(3))
		if err != nil || !migrations[1].Applied || migrations[2].Applied {
			t.Errorf("at %v, %v, want version 2", migrations, err)
		}
	})
}

func TestDatabaseThatIsAheadCannotBeTakenBackByAnOlderProgram(t *testing.T) {
	each(t, func(t *testing.T, db *database.DB) {
		if err := db.Migrate(t.Context(), resources(3), nil); err != nil {
			t.Fatal(err)
		}
		for _, version := range []int64{0, 1} {
			err := db.MigrateTo(t.Context(), note(1), version, nil)
			if err == nil || !strings.Contains(err.Error(), "ahead of this program, by migrations that only a newer one can undo (note/0000") {
				t.Errorf("to %d: %v", version, err)
			}
		}
		if err := db.Migrate(t.Context(), resources(1), nil); err != nil {
			t.Errorf("there is nothing to do: %v", err)
		}
		if got := lines(t, db); got != 2 {
			t.Errorf("%d lines, want 2", got)
		}
	})
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
	refuses(t, db, resources(3), fmt.Sprintf(`the tables of note are in schema "public", but new ones would be made in %q`, user), "search_path (\"$user\", public)", "drop that schema")
	inTheOther := -1
	err := db.QueryRowContext(t.Context(), "select count(*) from pg_class join pg_namespace n on n.oid = relnamespace where nspname = $1", user).Scan(&inTheOther)
	if err != nil || inTheOther != 0 {
		t.Errorf("%d tables were made in the other schema, %v", inTheOther, err)
	}
	if _, err := db.ExecContext(t.Context(), "drop schema "+pgx.Identifier{user}.Sanitize()); err != nil {
		t.Fatal(err)
	}
	if err := db.Migrate(t.Context(), resources(3), nil); err != nil || lines(t, db) != 2 {
		t.Errorf("without that schema: %v", err)
	}
}

func TestSearchPathThatLosesTheTablesIsNoNewInstallation(t *testing.T) {
	db := postgres(t)
	if _, err := db.ExecContext(t.Context(), "create schema other; do $$ begin execute format('alter database %I set search_path = other', current_database()); end $$"); err != nil {
		t.Fatal(err)
	}
	lost := again(t, db, "")
	refuses(t, lost, resources(3), "the tables of note are in schema public, which the search_path (other) does not include", "add ?search_path=SCHEMA to DATABASE_URL")
	// Who names the schema means it.
	second := again(t, db, "search_path=other")
	if err := second.Migrate(t.Context(), resources(3), nil); err != nil || lines(t, second) != 2 || lines(t, db) != 1 {
		t.Errorf("with the schema in the URL: %v", err)
	}
	if _, err := lost.Ready(t.Context(), resources(3)); err != nil {
		t.Errorf("with tables in both: %v", err)
	}
	refuses(t, again(t, db, "search_path=nowhere"), resources(3), "the search_path (nowhere) names no schema")
}

func TestResourceWithACapitalInItsNameIsMigratedOnce(t *testing.T) {
	each(t, func(t *testing.T, db *database.DB) {
		for versions := 2; versions <= 4; versions++ {
			resource := note(versions)
			resource.Name = "Note"
			if err := db.Migrate(t.Context(), []web.Resource{resource}, nil); err != nil {
				t.Errorf("to version %d: %v", versions, err)
			}
		}
		if got := lines(t, db); got != 3 {
			t.Errorf("%d lines, want 3", got)
		}
	})
}
