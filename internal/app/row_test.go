package app

import (
	"net/http"
	"strings"
	"testing"

	"example.com/templatesite/internal/database"
)

// unreadable are statements that give books 2 and 3 due dates that cannot be read.
var unreadable = []string{"update book set due = '10000-01-01 00:00:00+00:00' where id = 2", "update book set due = 'infinity' where id = 3"}

func TestRowThatCannotBeReadIsNamed(t *testing.T) {
	onEachFilled(t, func(t *testing.T, env map[string]string, db *database.DB) {
		s := startService(t, env)
		for range 2 {
			s.Do("POST", "/book/", validBook)
		}
		for _, statement := range unreadable {
			if _, err := db.ExecContext(t.Context(), statement); err != nil {
				t.Fatal(err)
			}
		}
		for target, want := range map[string]string{"/book/?after=3": "book 2", "/book/2": "book 2", "/book/3": "book 3"} {
			r := s.Do("GET", target, "")
			if r.Status != http.StatusInternalServerError || !strings.Contains(r.Body, `"`+want+` could not be read.`) {
				t.Errorf("%s = %d: %s", target, r.Status, r.Body)
			}
			for _, inside := range []string{"Scan", "column", "due", "sql"} {
				if strings.Contains(r.Body, inside) {
					t.Errorf("%s shows %q: %s", target, inside, r.Body)
				}
			}
			id := r.Header.Get("X-Request-ID")
			record := s.record("request", func(record map[string]any) bool { return record["request_id"] == id })
			if reason, _ := record["error"].(string); !strings.Contains(reason, want+" cannot be read: ") {
				t.Errorf("the log does not say why: %v", record)
			}
		}
		if r := s.Do("GET", "/book/?limit=1&before=3", ""); r.Status != http.StatusOK || !strings.Contains(r.Body, `"id":4`) {
			t.Errorf("the rest of the list = %d: %s", r.Status, r.Body)
		}
		status, _, stderr := command(t, env, "", "dumpdata", "book")
		if status != 1 || !strings.Contains(stderr, "app: book 2 cannot be read: ") || strings.Count(stderr, "\n") != 1 {
			t.Errorf("app dumpdata = %d: %s", status, stderr)
		}
		if _, err := db.ExecContext(t.Context(), "delete from book where id = 2"); err != nil {
			t.Fatal(err)
		}
		if status, _, stderr := command(t, env, "", "dumpdata"); status != 1 || !strings.Contains(stderr, "book 3 cannot be read") && !strings.Contains(stderr, "read the book that follows 1") {
			t.Errorf("app dumpdata = %d: %s", status, stderr)
		}
	})
}
