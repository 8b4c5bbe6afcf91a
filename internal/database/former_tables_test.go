package database_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/fstest"
	"time"

	"example.com/templatesite/internal/database"
	"example.com/templatesite/internal/databasetest"
	"example.com/templatesite/internal/web"
)

// renamed returns note with three migrations, of which two have former versions.
func renamed() []web.Resource {
	files := note(3).Migrations.(fstest.MapFS)
	for number := 1; number <= 2; number++ {
		for _, engine := range databasetest.Engines() {
			file := files[fmt.Sprintf("migrations/%s/%d_note.sql", engine, at(number))]
			file.Data = append(fmt.Appendf(nil, "-- was %05d\n", number), file.Data...)
		}
	}
	return []web.Resource{{Name: "note", Migrations: files}}
}

// makeFormer makes the tables that the former program would have made, up to a version.
func makeFormer(t *testing.T, db *database.DB, version int) {
	t.Helper()
	statements := []string{
		"create table note_migrations (" + columns[db.Engine].former + ")",
		"insert into note_migrations (version_id, is_applied) values (0, true)",
		"create table note (n integer)",
	}
	for number := 1; number <= version; number++ {
		statements = append(statements, fmt.Sprintf("insert into note_migrations (version_id, is_applied) values (%d, true)", number))
		if number > 1 {
			statements = append(statements, fmt.Sprintf("insert into note values (%d)", number))
		}
	}
	for _, statement := range statements {
		if _, err := db.ExecContext(t.Context(), statement); err != nil {
			t.Fatalf("%s: %v", statement, err)
		}
	}
}

// eachFormer runs test on every engine, with a database of the former program at a version.
func eachFormer(t *testing.T, version int, test func(t *testing.T, db *database.DB)) {
	t.Helper()
	databasetest.Each(t, nil, func(t *testing.T, db *database.DB) {
		makeFormer(t, db, version)
		test(t, db)
	})
}

// count returns how many versions a version table records.
func count(t *testing.T, db *database.DB, table string) int {
	t.Helper()
	n := -1
	if err := db.QueryRowContext(t.Context(), "select count(*) from "+table+" where is_applied and version_id > 0").Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

// stepText returns the name and the former version of a step.
func stepText(s database.Step) string { return fmt.Sprintf("%s was %d", s.Name, s.Former) }

func TestFormerVersionsAreTakenOverOnceAndTheirTableStays(t *testing.T) {
	eachFormer(t, 2, func(t *testing.T, db *database.DB) {
		if advice, err := db.Ready(t.Context(), renamed()); err == nil || advice != "migrations are pending (3): run `app migrate`" {
			t.Errorf("before: %q, %v", advice, err)
		}
		if _, err := db.Plan(t.Context(), renamed(), at(1)); err == nil || !strings.Contains(err.Error(), "run `app migrate` first") {
			t.Errorf("going to a version before: %v", err)
		}
		var steps []string
		for range 2 {
			if err := db.Migrate(t.Context(), renamed(), func(s database.Step) { steps = append(steps, stepText(s)) }); err != nil {
				t.Fatal(err)
			}
		}
		want := []string{"note/20260101000001_note.sql was 1", "note/20260101000002_note.sql was 2", "note/20260101000003_note.sql was 0"}
		if !slices.Equal(steps, want) {
			t.Errorf("steps are %v, want %v", steps, want)
		}
		if got := rows(t, db); got != 2 {
			t.Errorf("%d rows, want those of 2 and 3, once each", got)
		}
		if timeline, former := count(t, db, "app_migrations"), count(t, db, "note_migrations"); timeline != 3 || former != 2 {
			t.Errorf("%d versions of the timeline, %d former ones", timeline, former)
		}
		if advice, err := db.Ready(t.Context(), renamed()); err != nil || advice != "" {
			t.Errorf("after: %q, %v", advice, err)
		}
		// A migration that was undone is not taken over again.
		if err := db.MigrateTo(t.Context(), renamed(), 0, nil); err != nil {
			t.Fatal(err)
		}
		if err := db.Migrate(t.Context(), renamed(), nil); err != nil || rows(t, db) != 2 {
			t.Errorf("after another migration: %v", err)
		}
	})
}

func TestFormerVersionThatIsPendingIsApplied(t *testing.T) {
	eachFormer(t, 1, func(t *testing.T, db *database.DB) {
		var steps []string
		if err := db.Migrate(t.Context(), renamed(), func(s database.Step) { steps = append(steps, stepText(s)) }); err != nil {
			t.Fatal(err)
		}
		want := []string{"note/20260101000001_note.sql was 1", "note/20260101000002_note.sql was 0", "note/20260101000003_note.sql was 0"}
		if !slices.Equal(steps, want) || rows(t, db) != 2 {
			t.Errorf("steps are %v, want %v", steps, want)
		}
	})
}

func TestManyProgramsTakeOverOnce(t *testing.T) {
	eachFormer(t, 2, func(t *testing.T, db *database.DB) {
		var group sync.WaitGroup
		var steps atomic.Int64
		for range 8 {
			group.Go(func() {
				own, err := database.Open(database.Options{URL: databasetest.URL(t, db), MaxConnections: 2})
				if err != nil {
					t.Error(err)
					return
				}
				defer own.Close()
				if err := own.Migrate(t.Context(), renamed(), func(database.Step) { steps.Add(1) }); err != nil {
					t.Error(err)
				}
			})
		}
		group.Wait()
		if got := count(t, db, "app_migrations"); got != 3 || steps.Load() != 3 || rows(t, db) != 2 {
			t.Errorf("%d versions in %d steps, want 3 in 3", got, steps.Load())
		}
	})
}

func TestTakeOverThatIsInterruptedIsDoneByTheNextProgram(t *testing.T) {
	eachFormer(t, 2, func(t *testing.T, db *database.DB) {
		for delay := range 15 {
			ctx, cancel := context.WithTimeout(t.Context(), time.Duration(delay)*time.Millisecond)
			_ = db.Migrate(ctx, renamed(), func(database.Step) { cancel() }) // at the latest between two steps
			cancel()
			status, err := db.Status(t.Context(), renamed())
			if err != nil {
				t.Fatal(err)
			}
			if first, second := status[0], status[1]; first.Applied != second.Applied || first.Applied == (first.Former == 1) {
				t.Fatalf("half of it is done: %v", status)
			}
		}
		if err := db.Migrate(t.Context(), renamed(), nil); err != nil {
			t.Fatal(err)
		}
		if got := count(t, db, "app_migrations"); got != 3 || rows(t, db) != 2 {
			t.Errorf("%d versions and %d rows, want 3 and 2", got, rows(t, db))
		}
	})
}

func TestFormerVersionThatNoMigrationNamesIsAnObstacle(t *testing.T) {
	eachFormer(t, 4, func(t *testing.T, db *database.DB) {
		err := db.Migrate(t.Context(), renamed(), nil)
		const want = "renamed, and this program does not know to what (note/00003, note/00004): add a line such as `-- was 00001` to each of those files"
		for what, err := range map[string]error{"Migrate": err, "Obstacle": db.Obstacle(t.Context(), renamed())} {
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%s = %v, want %q", what, err, want)
			}
		}
		if _, err := db.ExecContext(t.Context(), "select * from app_migrations"); err == nil {
			t.Error("the timeline has begun nevertheless")
		}
	})
}
