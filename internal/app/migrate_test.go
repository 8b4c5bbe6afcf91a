package app

import (
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"example.com/templatesite/internal/database"
	"example.com/templatesite/internal/databasetest"
	"example.com/templatesite/internal/web"
)

// commandWith runs a command line of a service with these resources.
func commandWith(t *testing.T, resources []web.Resource, env map[string]string, line string) (status int, stdout, stderr string) {
	t.Helper()
	return commandOf(t, Service{Name: "sample", Resources: resources}, env, "", strings.Fields(line)...)
}

func TestMigrateListsMigrationsAndGoesToAVersion(t *testing.T) {
	onEachFilled(t, func(t *testing.T, env map[string]string, _ *database.DB) {
		for _, tt := range []struct {
			args string
			want []string
		}{
			{"", []string{"nothing to do"}},
			{"--status", []string{
				"applied  shelf/20260101090000_create_shelf.sql\n", "applied  book/20260102090000_create_book.sql\n",
				"applied  shelf/20260103090000_add_room.sql\n", "applied  book/20260104090000_add_due.sql\n",
			}},
			{"--to 20260102090000 --yes", []string{"undone book/20260104090000_add_due.sql in ", "undone shelf/20260103090000_add_room.sql in "}},
			{"--status", []string{
				"applied  shelf/20260101090000_create_shelf.sql\n", "applied  book/20260102090000_create_book.sql\n",
				"pending  shelf/20260103090000_add_room.sql\n", "pending  book/20260104090000_add_due.sql\n",
			}},
			{"--to 0 --yes", []string{"undone book/20260102090000_create_book.sql in ", "undone shelf/20260101090000_create_shelf.sql in "}},
			{"--to 20260101090000", []string{"applied shelf/20260101090000_create_shelf.sql in "}},
			{"", []string{"applied book/20260102090000_create_book.sql in ", "applied shelf/20260103090000_add_room.sql in ", "applied book/20260104090000_add_due.sql in "}},
		} {
			status, stdout, stderr := commandWith(t, resources(), env, "migrate "+tt.args)
			if lines := slices.Collect(strings.Lines(stdout)); status != 0 || len(lines) != len(tt.want) {
				t.Fatalf("app migrate %s = %d, want %q: %s%s", tt.args, status, tt.want, stdout, stderr)
			} else {
				for i, line := range lines {
					if !strings.HasPrefix(line, tt.want[i]) {
						t.Errorf("app migrate %s prints %q, want %q", tt.args, line, tt.want[i])
					}
				}
			}
		}
	})
}

func TestOrderOfTheListOfResourcesMakesNoDifference(t *testing.T) {
	onEachFilled(t, func(t *testing.T, env map[string]string, _ *database.DB) {
		service := testService
		service.Resources = resources()
		run := func(args ...string) string {
			t.Helper()
			status, stdout, stderr := commandOf(t, service, env, "", args...)
			if status != 0 {
				t.Fatalf("app %s = %d: %s%s", args, status, stdout, stderr)
			}
			return stdout
		}
		before := run("dumpdata")
		for range 2 {
			slices.Reverse(service.Resources)
			run("migrate", "--to", "20260101090000", "--yes") // drops the books, which refer to shelves that have rows
			run("migrate", "--to", "0", "--yes")
			run("migrate")
			run("loaddata")
			if after := run("dumpdata"); after != before || strings.Count(after, `"model"`) != 3 {
				t.Errorf("the rows are %s, want the three of the fixtures: %s", after, before)
			}
		}
	})
}

func TestMigrationsAreUndoneOnlyWithYes(t *testing.T) {
	onEachFilled(t, func(t *testing.T, env map[string]string, db *database.DB) {
		for args, want := range map[string]string{
			"--to 0": "this would undo book/20260104090000_add_due.sql, shelf/20260103090000_add_room.sql, book/20260102090000_create_book.sql, " +
				"shelf/20260101090000_create_shelf.sql and drop what they added, with its data; rows in the table book: 2, in the table shelf: 1. Add --yes",
			"--to 20260103090000": "this would undo book/20260104090000_add_due.sql and drop what they added, with its data; rows in the table book: 2. Add --yes",
			"--to 20260103090001": "there is no migration 20260103090001: `app migrate --status` lists them",
		} {
			status, stdout, stderr := commandWith(t, resources(), env, "migrate "+args)
			if status != 1 || stdout != "" || !strings.Contains(stderr, want) || strings.Count(stderr, "\n") != 1 {
				t.Errorf("app migrate %s = %d, want %q: %s%s", args, status, want, stdout, stderr)
			}
		}
		if rows, err := db.Rows(t.Context(), "book"); err != nil || rows != 2 {
			t.Errorf("%d rows are left, %v", rows, err)
		}
		// The shelves, to which the books refer, are dropped after them.
		if status, _, stderr := commandWith(t, resources(), env, "migrate --to 0 --yes"); status != 0 {
			t.Errorf("app migrate --to 0 --yes = %d: %s", status, stderr)
		}
	})
}

// diary returns the sample with one more resource, which has one migration.
func diary(stamp string) []web.Resource {
	files := fstest.MapFS{}
	for _, engine := range databasetest.Engines() {
		files["migrations/"+string(engine)+"/"+stamp+"_create_diary.sql"] = &fstest.MapFile{Data: []byte("-- +goose Up\ncreate table diary (id integer);\n")}
	}
	return append(resources(), web.Resource{Name: "diary", Migrations: files})
}

func TestLateMigrationIsAppliedAndReported(t *testing.T) {
	onEachFilled(t, func(t *testing.T, env map[string]string, _ *database.DB) {
		const late = " (late: a newer migration is already applied)\n"
		status, stdout, stderr := commandWith(t, diary("20260102120000"), env, "migrate --status")
		if status != 0 || !strings.Contains(stdout, "pending  diary/20260102120000_create_diary.sql"+late) {
			t.Errorf("app migrate --status = %d: %s%s", status, stdout, stderr)
		}
		status, stdout, stderr = commandWith(t, diary("20260102120000"), env, "migrate")
		if status != 0 || !strings.HasPrefix(stdout, "applied diary/20260102120000_create_diary.sql in ") || !strings.HasSuffix(stdout, late) {
			t.Errorf("app migrate = %d: %s%s", status, stdout, stderr)
		}
		// A program without the migration still works, and reports it as unknown.
		status, stdout, stderr = commandWith(t, resources(), env, "migrate --status")
		if status != 0 || !strings.Contains(stdout, "unknown  20260102120000: applied, but this program does not have it\n") {
			t.Errorf("app migrate --status = %d: %s%s", status, stdout, stderr)
		}
	})
}

func TestEqualVersionsAreRefusedAtTheStart(t *testing.T) {
	onEachFilled(t, func(t *testing.T, env map[string]string, _ *database.DB) {
		const want = "the migrations book/20260102090000_create_book.sql and diary/20260102090000_create_diary.sql have the same version: " +
			"rename the one that is not applied anywhere to a later time, for each engine (`date -u +%Y%m%d%H%M%S` prints one)"
		env["ADDRESS"] = "127.0.0.1:0"
		for _, args := range []string{"serve", "migrate", "migrate --status", "migrate --to 0", "loaddata", "dumpdata"} {
			status, stdout, stderr := commandWith(t, diary("20260102090000"), env, args)
			if status != 1 || !strings.Contains(stderr, want) {
				t.Errorf("app %s = %d: %s%s", args, status, stdout, stderr)
			}
		}
	})
}

func TestFixtureCommandsSayThatMigrationsArePending(t *testing.T) {
	onEach(t, func(t *testing.T, env map[string]string, _ *database.DB) {
		if status, _, stderr := commandWith(t, resources(), env, "migrate --to 0 --yes"); status != 0 {
			t.Fatal(stderr)
		}
		for _, args := range []string{"loaddata", "dumpdata"} {
			status, _, stderr := command(t, env, "", args)
			if status != 1 || !strings.Contains(stderr, "run `app migrate`: ") || strings.Count(stderr, "\n") != 1 {
				t.Errorf("app %s = %d: %s", args, status, stderr)
			}
		}
	})
}

func TestWrongVersionIsRefusedInPlainWords(t *testing.T) {
	t.Parallel()
	for _, flag := range []string{"--to=x", "--to=-1", "--to=1.5", "--to="} {
		status, _, stderr := commandWith(t, resources(), nil, "migrate "+flag)
		if status != 2 || !strings.Contains(stderr, "--to is ") || !strings.Contains(stderr, "it must be the version of a migration, or 0 to undo all") {
			t.Errorf("app migrate %s = %d: %s", flag, status, stderr)
		}
	}
	if status, _, stderr := commandWith(t, resources(), nil, "migrate book"); status != 2 {
		t.Errorf("app migrate book = %d: %s", status, stderr)
	}
}
