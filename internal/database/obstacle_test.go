package database_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"example.com/templatesite/internal/database"
	"example.com/templatesite/internal/web"
)

// without returns a resource that lacks one migration of note.
func without(number, versions int) []web.Resource {
	resource, stamp := note(versions), fmt.Sprint(at(number))
	maps.DeleteFunc(resource.Migrations.(fstest.MapFS), func(name string, _ *fstest.MapFile) bool { return strings.Contains(name, stamp) })
	return []web.Resource{resource}
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
