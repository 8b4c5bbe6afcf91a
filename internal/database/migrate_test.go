package database_test

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/fstest"

	"example.com/templatesite/internal/database"
	"example.com/templatesite/internal/databasetest"
	"example.com/templatesite/internal/web"
)

// note returns a resource whose first migration makes a table. Each later one inserts a row
// into it, which shows how often it ran.
func note(versions int) web.Resource {
	files := fstest.MapFS{}
	for version := 1; version <= versions; version++ {
		text := fmt.Sprintf("-- +goose Up\ninsert into note values (%[1]d);\n-- +goose Down\ndelete from note where n = %[1]d;\n", version)
		if version == 1 {
			text = "-- +goose Up\ncreate table note (n integer);\n-- +goose Down\ndrop table note;\n"
		}
		add(files, at(version), "note", text)
	}
	return web.Resource{Name: "note", Migrations: files}
}

// at returns the version with a number, which is at most 59.
func at(number int) int64 { return 20260101000000 + int64(number) }

// add adds a migration for every engine.
func add(files fstest.MapFS, version int64, name, text string) {
	for _, engine := range databasetest.Engines() {
		files[fmt.Sprintf("migrations/%s/%d_%s.sql", engine, version, name)] = &fstest.MapFile{Data: []byte(text)}
	}
}

// columns is the SQL in which the engines differ. Each adds its own.
var columns = map[database.Engine]engineColumns{}

type engineColumns struct {
	id     string // that the database assigns
	former string // the columns of a former version table
}

// resource returns a resource with these migrations, each a number and a text.
func resource(name string, migrations map[int]string) web.Resource {
	files := fstest.MapFS{}
	for number, text := range migrations {
		add(files, at(number), name, text)
	}
	return web.Resource{Name: name, Migrations: files}
}

func resources(versions int) []web.Resource { return []web.Resource{note(versions)} }

// each runs test on every engine, with a database at version 1 of note.
func each(t *testing.T, test func(t *testing.T, db *database.DB)) {
	t.Helper()
	databasetest.Each(t, resources(1), test)
}

func rows(t *testing.T, db *database.DB) int {
	t.Helper()
	n := 0
	if err := db.QueryRowContext(t.Context(), "select count(*) from note").Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

func TestPendingMigrationsAreAppliedOnceAndReported(t *testing.T) {
	each(t, func(t *testing.T, db *database.DB) {
		var names []string
		report := func(s database.Step) { names = append(names, s.Name) }
		for range 2 {
			if err := db.Migrate(t.Context(), resources(3), report); err != nil {
				t.Fatal(err)
			}
		}
		if want := []string{"note/20260101000002_note.sql", "note/20260101000003_note.sql"}; !slices.Equal(names, want) {
			t.Errorf("reported %v, want %v", names, want)
		}
		if got := rows(t, db); got != 2 {
			t.Errorf("%d rows, want 2", got)
		}
	})
}

func TestTenProgramsAtOnceApplyEachMigrationOnce(t *testing.T) {
	each(t, func(t *testing.T, db *database.DB) {
		var group sync.WaitGroup
		var steps atomic.Int64
		for range 10 {
			group.Go(func() {
				own, err := database.Open(database.Options{URL: databasetest.URL(t, db), MaxConnections: 4})
				if err != nil {
					t.Error(err)
					return
				}
				defer own.Close()
				if err := own.Migrate(t.Context(), resources(5), func(database.Step) { steps.Add(1) }); err != nil {
					t.Error(err)
				}
			})
		}
		group.Wait()
		if got := rows(t, db); got != 4 || steps.Load() != 4 {
			t.Errorf("%d rows and %d steps, want 4", got, steps.Load())
		}
	})
}

func TestMigrateToGoesBackAndForth(t *testing.T) {
	each(t, func(t *testing.T, db *database.DB) {
		for _, tt := range []struct {
			to   int
			rows int
		}{{3, 2}, {3, 2}, {2, 1}, {1, 0}, {4, 3}} {
			if err := db.MigrateTo(t.Context(), resources(4), at(tt.to), nil); err != nil {
				t.Fatalf("to %d: %v", tt.to, err)
			}
			if got := rows(t, db); got != tt.rows {
				t.Errorf("at %d: %d rows, want %d", tt.to, got, tt.rows)
			}
		}
		if err := db.MigrateTo(t.Context(), resources(4), 0, nil); err != nil {
			t.Fatal(err)
		}
		if err := db.QueryRowContext(t.Context(), "select count(*) from note").Scan(new(int)); err == nil {
			t.Error("at 0 the table is still there")
		}
		if err := db.MigrateTo(t.Context(), resources(4), 9, nil); err == nil || !strings.Contains(err.Error(), "there is no migration 9: `app migrate --status` lists them") {
			t.Errorf("to 9: %v", err)
		}
	})
}

func TestMigrationThatFailsLeavesNothingBehind(t *testing.T) {
	each(t, func(t *testing.T, db *database.DB) {
		resource := note(3)
		const bad = "-- +goose Up\ninsert into note values (7);\ninsert into nowhere values (1);\n"
		add(resource.Migrations.(fstest.MapFS), at(3), "note", bad)
		if err := db.Migrate(t.Context(), []web.Resource{resource}, nil); err == nil || !strings.Contains(err.Error(), "migration note/20260101000003_note.sql failed") {
			t.Errorf("the error %v does not name the migration", err)
		}
		if got := rows(t, db); got != 1 {
			t.Errorf("%d rows, want the one of migration 2", got)
		}
		if err := db.Migrate(t.Context(), resources(3), nil); err != nil {
			t.Errorf("after it was fixed: %v", err)
		}
	})
}

func TestReadySaysWhatIsPendingAndWhatIsAhead(t *testing.T) {
	each(t, func(t *testing.T, db *database.DB) {
		if advice, err := db.Ready(t.Context(), resources(1)); advice != "" || err != nil {
			t.Errorf("at head: %q, %v", advice, err)
		}
		if advice, err := db.Ready(t.Context(), resources(3)); err == nil || !strings.Contains(advice, "migrations are pending (2): run `app migrate`") {
			t.Errorf("behind: %q, %v", advice, err)
		}
		if err := db.Migrate(t.Context(), resources(3), nil); err != nil {
			t.Fatal(err)
		}
		if advice, err := db.Ready(t.Context(), resources(1)); err != nil || !strings.Contains(advice, "ahead of this program, by migrations that it does not know (2)") {
			t.Errorf("ahead: %q, %v", advice, err)
		}
	})
}
