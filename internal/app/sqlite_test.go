package app

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"example.com/templatesite/internal/database"
	"example.com/templatesite/internal/databasetest"
	"example.com/templatesite/internal/sampletest"
)

// filledSQLite returns an SQLite database with the rows of the fixtures.
func filledSQLite(t *testing.T) *database.DB {
	t.Helper()
	db := databasetest.OpenSQLite(t, resources())
	sampletest.Load(t, db)
	return db
}

func TestOnlyTheFirstStartLoadsFixtures(t *testing.T) {
	t.Parallel()
	env := map[string]string{"DATABASE_URL": "sqlite:" + filepath.Join(t.TempDir(), "first.db")}
	first := startService(t, env)
	var books []struct{ Href string }
	if err := json.Unmarshal([]byte(first.Do("GET", "/book/", "").Body), &books); err != nil || len(books) != 2 {
		t.Fatalf("the first start serves %v, %v", books, err)
	}
	for _, book := range books {
		if got := first.Do("GET", book.Href, "").Status; got != http.StatusOK {
			t.Errorf("GET %s = %d", book.Href, got)
		}
	}
	first.Do("DELETE", "/book/1", "")
	if status := first.exit(); status != 0 {
		t.Errorf("exit status = %d", status)
	}
	second := startService(t, env)
	if got := second.Do("GET", "/book/1", "").Status; got != http.StatusNotFound {
		t.Errorf("the deleted book is back: %d", got)
	}
}

func TestMigratingToAVersionCreatesNoDatabase(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "none.db")
	env := map[string]string{"DATABASE_URL": "sqlite:" + path}
	if status, _, stderr := commandWith(t, resources(), env, "migrate --to 0 --yes"); status != 1 || !strings.Contains(stderr, "there is no database") {
		t.Errorf("exit status %d: %s", status, stderr)
	}
	if _, err := os.Stat(path); !os.IsNotExist(err) {
		t.Errorf("a file was created: %v", err)
	}
}

func TestFailureOfTheDefaultDatabaseAdvisesToSetDatabaseURL(t *testing.T) {
	t.Parallel()
	service := testService
	service.Name = filepath.Join(t.TempDir(), "sample")              // the default file is named after the service
	if err := os.Mkdir(service.Name+".db.lock", 0o700); err != nil { // so that the database cannot be opened
		t.Fatal(err)
	}
	for _, name := range []string{"serve", "dumpdata"} {
		for value, want := range map[string]bool{"": true, "sqlite:" + service.Name + ".db": false} {
			env := map[string]string{"DATABASE_URL": value, "ADDRESS": "127.0.0.1:0"}
			status, _, stderr := commandOf(t, service, env, "", name)
			if got := strings.Contains(stderr, "DATABASE_URL is not set") && strings.Contains(stderr, "sqlite:PATH"); status != 1 || got != want {
				t.Errorf("app %s with DATABASE_URL=%s = %d: %s", name, value, status, stderr)
			}
		}
	}
}

func TestCommandThatNeedsADatabaseDoesNotCreateOne(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "none.db")
	env := map[string]string{"DATABASE_URL": "sqlite:" + file}
	for _, args := range [][]string{{"dumpdata"}, {"loaddata"}, {"migrate", "--status"}} {
		status, _, stderr := command(t, env, "", args...)
		if status != 1 || !strings.Contains(stderr, "there is no database") {
			t.Errorf("app %v = %d: %s", args, status, stderr)
		}
		if _, err := os.Stat(file); !os.IsNotExist(err) {
			t.Errorf("app %v created a file", args)
		}
	}
}

func TestHealthSaysWhyTheLastChangeFailedUntilOneSucceeds(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		begin, end, want string
		status           int
	}{
		"read-only": {"pragma query_only = on", "pragma query_only = off", "the last change failed, since the database file is read-only", http.StatusServiceUnavailable},
		"full":      {"pragma max_page_count = 1", "pragma max_page_count = 1000000", "the last change failed, since there is no space left", http.StatusInsufficientStorage},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db := filledSQLite(t)
			change := func(pragma string) {
				t.Helper()
				if _, err := db.Write.ExecContext(t.Context(), pragma); err != nil {
					t.Fatal(err)
				}
			}
			ready := func(want string) {
				t.Helper()
				if advice, err := db.Ready(t.Context(), resources()); advice != want || err != nil {
					t.Errorf("Ready = %q, %v, want %q", advice, err, want)
				}
			}
			write := func() error {
				_, err := db.Write.ExecContext(t.Context(), insertBook, strings.Repeat("x", 80))
				return err
			}
			change(tt.begin)
			ready("")
			for range 100 { // until the existing pages are full
				if err := write(); err != nil {
					if p := database.Problem(err); p == nil || p.Status != tt.status {
						t.Errorf("%v is %v", err, p)
					}
					break
				}
			}
			ready(tt.want)
			change(tt.end)
			ready(tt.want) // only a change can show that it works again
			if err := write(); err != nil {
				t.Error(err)
			}
			ready("")
		})
	}
}

func TestInvalidUnicodeIsReplacedInAnswersAndNotDumped(t *testing.T) {
	t.Parallel()
	db := filledSQLite(t)
	if _, err := db.ExecContext(t.Context(), "update book set title = 'a' || cast(x'ff' as text) where id = 1"); err != nil {
		t.Fatal(err)
	}
	env := settingsOf(t, db)
	if r := startService(t, env).Do("GET", "/book/", ""); r.Status != http.StatusOK || !strings.Contains(r.Body, "\"a\ufffd\"") {
		t.Errorf("the list = %d: %s", r.Status, r.Body)
	}
	status, _, stderr := command(t, env, "", "dumpdata", "book")
	if status != 1 || !strings.Contains(stderr, "app: book 1 cannot be written as JSON: ") || strings.Contains(stderr, "Go ") {
		t.Errorf("app dumpdata = %d: %s", status, stderr)
	}
}

func TestRowWithADanglingReferenceIsNamed(t *testing.T) {
	t.Parallel()
	err := loadText(t, databasetest.OpenSQLite(t, related()), "["+aComment+"]")
	if err == nil || !strings.Contains(err.Error(), "comment 5 refers to a note that does not exist") {
		t.Errorf("the error is %v", err)
	}
}
