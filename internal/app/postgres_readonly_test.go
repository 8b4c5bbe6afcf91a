package app

import (
	"net/http"
	"strings"
	"testing"
	"time"

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
