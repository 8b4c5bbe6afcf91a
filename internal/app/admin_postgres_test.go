package app

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"
)

func TestAdminPagesSayWhyTheServiceIsNotReady(t *testing.T) {
	t.Parallel()
	const password = "a-password-to-be-hidden"
	s := startService(t, map[string]string{"DATABASE_URL": "postgres://app:" + password + "@127.0.0.1:1/x"})
	got := s.Do("GET", s.admin+"/healthcheck", "")
	var health struct {
		Status string
		DB     struct {
			Status, LastError string
			Since, Asked      time.Time
			Duration          float64
		}
	}
	if err := json.Unmarshal([]byte(strings.ReplaceAll(got.Body, "last_error\"", "LastError\"")), &health); err != nil {
		t.Fatal(err)
	}
	if got.Status != http.StatusServiceUnavailable || health.Status != "nok" || health.DB.Status != "nok" || health.DB.Duration <= 0 ||
		time.Since(health.DB.Since) > time.Minute || health.DB.Asked.Before(health.DB.Since) || !strings.Contains(health.DB.LastError, "refused") {
		t.Errorf("healthcheck = %d %s", got.Status, got.Body)
	}
	if index := s.Do("GET", s.admin+"/", "").Body; !strings.Contains(index, "NOT READY") {
		t.Errorf("the index says %s", index)
	}
	if page := s.Do("GET", s.admin+"/", "", "Accept: text/html").Body; !strings.Contains(page, "Not ready") {
		t.Errorf("the page says %s", page)
	}
	if metrics := s.Do("GET", s.admin+"/metrics", "").Body; !strings.Contains(metrics, `health_check_up{check="db"} 0`) { // feature: metrics
		t.Error("the metrics do not show that the database is down")
	}
	for _, path := range []string{"/", "/healthcheck", "/settings"} {
		if strings.Contains(s.Do("GET", s.admin+path, "").Body, password) {
			t.Errorf("%s shows the password", path)
		}
	}
}

// The server is unreachable, so that error messages are covered, too.
func TestRunningServiceShowsNoPasswordOfTheDatabase(t *testing.T) {
	t.Parallel()
	s := startService(t, map[string]string{
		"DATABASE_URL": "postgres://app:" + marker + "%40%2F@127.0.0.1:1/x?sslmode=disable", "ADMIN_TOKEN": marker + marker,
	}, "--database-password="+marker)
	s.Do("GET", "/book/", "")
	showsNoSecret(t, s)
}
