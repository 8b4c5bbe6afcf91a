package database_test

import (
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/jackc/pgx/v5"

	"example.com/templatesite/internal/database"
	"example.com/templatesite/internal/databasetest"
	"example.com/templatesite/internal/web"
)

// without returns a resource that lacks one migration of note.
func without(number, versions int) []web.Resource {
	resource, stamp := note(versions), fmt.Sprint(at(number))
	maps.DeleteFunc(resource.Migrations.(fstest.MapFS), func(name string, _ *fstest.MapFile) bool { return strings.Contains(name, stamp) })
	return []web.Resource{resource}
}

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

func TestLateMigrationIsAppliedAndMarked(t *testing.T) {
	each(t, func(t *testing.T, db *database.DB) {
		if err := db.Migrate(t.Context(), without(2, 3), nil); err != nil {
			t.Fatal(err)
		}
		status, err := db.Status(t.Context(), resources(4))
		late := []bool{}
		for _, m := range status {
			late = append(late, m.Late)
		}
		if want := []bool{false, true, false, false}; err != nil || !slices.Equal(late, want) {
			t.Errorf("late are %v, %v, want %v", late, err, want)
		}
		if advice, err := db.Ready(t.Context(), resources(3)); err == nil || !strings.Contains(advice, "pending (1): run `app migrate`") {
			t.Errorf("Ready = %q, %v", advice, err)
		}
		var steps []string
		err = db.Migrate(t.Context(), resources(4), func(s database.Step) { steps = append(steps, fmt.Sprint(s.Name, s.Late)) })
		if want := []string{"note/20260101000002_note.sqltrue", "note/20260101000004_note.sqlfalse"}; err != nil || !slices.Equal(steps, want) {
			t.Errorf("steps are %v, %v, want %v", steps, err, want)
		}
		if got := rows(t, db); got != 3 {
			t.Errorf("%d rows, want 3", got)
		}
		// Undoing goes by time, not by when a migration was applied.
		if err := db.MigrateTo(t.Context(), resources(4), at(2), nil); err != nil || rows(t, db) != 1 {
			t.Errorf("back to 2: %v", err)
		}
	})
}

func TestGoingBackToALateMigrationAppliesIt(t *testing.T) {
	each(t, func(t *testing.T, db *database.DB) {
		if err := db.Migrate(t.Context(), without(2, 3), nil); err != nil {
			t.Fatal(err)
		}
		report := func(s database.Step) {
			if s.Late {
				t.Errorf("%s is late, though nothing newer is applied", s.Name)
			}
		}
		if err := db.MigrateTo(t.Context(), resources(3), at(2), report); err != nil {
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
		for _, version := range []int64{0, at(1)} {
			err := db.MigrateTo(t.Context(), resources(1), version, nil)
			want := fmt.Sprintf("by migrations that only a newer program can undo (20260101000002, 20260101000003): run `app migrate --to %d --yes` with that program", version)
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("to %d: %v", version, err)
			}
		}
		if err := db.Migrate(t.Context(), resources(1), nil); err != nil {
			t.Errorf("Migrate with nothing to do = %v", err)
		}
		if got := rows(t, db); got != 2 {
			t.Errorf("%d rows, want 2", got)
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

func TestResourceWithACapitalInItsNameIsMigratedOnce(t *testing.T) {
	each(t, func(t *testing.T, db *database.DB) {
		for versions := 2; versions <= 4; versions++ {
			resource := note(versions)
			resource.Name = "Note"
			if err := db.Migrate(t.Context(), []web.Resource{resource}, nil); err != nil {
				t.Errorf("to version %d: %v", versions, err)
			}
		}
		if got := rows(t, db); got != 3 {
			t.Errorf("%d rows, want 3", got)
		}
	})
}
