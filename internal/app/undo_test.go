package app

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"example.com/templatesite/internal/database"
)

func TestMigrationsAreUndoneOnlyByNameAndWithYes(t *testing.T) {
	onEach(t, func(t *testing.T, env map[string]string, db *database.DB) {
		if status, _, stderr := command(t, env, "", "loaddata"); status != 0 {
			t.Fatalf("app loaddata = %d: %s", status, stderr)
		}
		for args, want := range map[string]string{
			"migrate --to 0":       "--to needs the name of a resource, as in: app migrate ",
			"migrate --to 0 --yes": "--to needs the name of a resource, as in: app migrate ",
			"migrate book --to 0":  "this would undo book/00001",
		} {
			status, stdout, stderr := command(t, env, "", strings.Fields(args)...)
			if status != 1 || stdout != "" || !strings.Contains(stderr, want) || strings.Count(stderr, "\n") != 1 {
				t.Errorf("app %s = %d, want %q: %s%s", args, status, want, stdout, stderr)
			}
		}
		_, _, stderr := command(t, env, "", "migrate", "book", "--to", "0")
		if !strings.Contains(stderr, "rows in the table book: 2. Add --yes") {
			t.Errorf("it is not said what is lost: %s", stderr)
		}
		rows := 0
		if err := db.QueryRowContext(t.Context(), "select count(*) from book").Scan(&rows); err != nil || rows != 2 {
			t.Errorf("%d rows are left, %v", rows, err)
		}
		if status, stdout, stderr := command(t, env, "", "migrate", "book", "--to", "0", "--yes"); status != 0 || !strings.Contains(stdout, "undone book/00001") {
			t.Errorf("app migrate book --to 0 --yes = %d: %s%s", status, stdout, stderr)
		}
	})
}

func TestGoingToAVersionMakesNoDatabase(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "none.db")
	env := map[string]string{"DATABASE_URL": "sqlite:" + path}
	if status, _, stderr := command(t, env, "", "migrate", "book", "--to", "0", "--yes"); status != 1 || !strings.Contains(stderr, "there is no database") {
		t.Errorf("exit status %d: %s", status, stderr)
	}
	if _, err := os.Stat(path); !os.IsNotExist(err) {
		t.Errorf("a file was made: %v", err)
	}
}

func TestFixturesSayThatMigrationsArePending(t *testing.T) {
	onEach(t, func(t *testing.T, env map[string]string, _ *database.DB) {
		if status, _, stderr := command(t, env, "", "migrate", "book", "--to", "0", "--yes"); status != 0 {
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

func TestLoaddataTakesTheNameOfAResource(t *testing.T) {
	onEach(t, func(t *testing.T, env map[string]string, _ *database.DB) {
		if status, _, stderr := command(t, env, "", "loaddata", "shelf"); status != 0 || !strings.Contains(stderr, "loaded 3 rows") {
			t.Errorf("app loaddata shelf = %d: %s", status, stderr)
		}
		status, _, stderr := command(t, env, "", "loaddata", "shelv")
		if status != 1 || !strings.Contains(stderr, `fixture "shelv": there is neither a file nor a resource of that name`) {
			t.Errorf("app loaddata shelv = %d: %s", status, stderr)
		}
		status, _, stderr = command(t, env, "", "loaddata", t.TempDir())
		if status != 1 || !strings.Contains(stderr, "is a directory") || strings.Count(stderr, "\n") != 1 {
			t.Errorf("app loaddata of a folder = %d: %s", status, stderr)
		}
	})
}

func TestVersionThatIsNoNumberIsRefusedInPlainWords(t *testing.T) {
	t.Parallel()
	for _, flag := range []string{"--to=x", "--to=-1", "--to=1.5", "--to="} {
		status, _, stderr := command(t, nil, "", "migrate", "book", flag)
		if status != 2 || !strings.Contains(stderr, "--to is ") || !strings.Contains(stderr, "it must be the number of a migration, or 0 to undo all") {
			t.Errorf("app migrate book %s = %d: %s", flag, status, stderr)
		}
	}
}
