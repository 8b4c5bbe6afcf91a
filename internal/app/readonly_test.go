package app

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"example.com/templatesite/internal/database"
	"example.com/templatesite/internal/databasetest"
	"example.com/templatesite/internal/webtest"
)

// healthSays waits until the health check passes with this advice, or with none if want is
// empty.
func (s *service) healthSays(want string) {
	s.t.Helper()
	var health webtest.Response
	for end := time.Now().Add(10 * time.Second); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		health = s.Do("GET", "/healthcheck", "")
		said := strings.Contains(health.Body, want)
		if want == "" {
			said = !strings.Contains(health.Body, "detail")
		}
		if health.Status == http.StatusOK && said {
			return
		}
	}
	s.t.Errorf("healthcheck = %d %s, want %q", health.Status, health.Body, want)
}

// answers fails the test unless a read and a change get these statuses.
func (s *service) answers(read, change int) {
	s.t.Helper()
	if r := s.Do("GET", "/book/", ""); r.Status != read {
		s.t.Errorf("GET = %d %s, want %d", r.Status, r.Body, read)
	}
	if r := s.Do("POST", "/book/", validBook); r.Status != change {
		s.t.Errorf("POST = %d %s, want %d", r.Status, r.Body, change)
	}
}

func TestReadOnlyDatabaseServesReadsAndTheHealthSaysSo(t *testing.T) {
	t.Parallel()
	url := databasetest.URL(t, filledPostgres(t))
	setOnDatabase(t, url, "default_transaction_read_only = on")
	s := startService(t, map[string]string{"DATABASE_URL": url})
	s.answers(http.StatusOK, http.StatusServiceUnavailable)
	s.healthSays("the database is read-only: reads are served, changes fail")
	s.record("health check passes, with a warning", func(r map[string]any) bool { return strings.Contains(r["advice"].(string), "read-only") })
	setOnDatabase(t, url+"&default_transaction_read_only=off", "default_transaction_read_only = off")
	s.healthSays("") // though the pool has sessions from before
	s.answers(http.StatusOK, http.StatusCreated)
	s.record("health check passes again", nil)
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
