package app

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"example.com/templatesite/internal/databasetest"
)

func TestServiceIsAliveButNotReadyWhileMigrationsArePending(t *testing.T) {
	t.Parallel()
	databasetest.NeedPostgres(t)
	db := databasetest.OpenPostgres(t, resources())
	if err := db.MigrateTo(t.Context(), resources(), 0, nil); err != nil {
		t.Fatal(err)
	}
	env := map[string]string{"DATABASE_URL": databasetest.URL(t, db)}
	s := startService(t, env)
	s.record("health check fails", func(r map[string]any) bool {
		return strings.Contains(r["error"].(string), "run `app migrate`")
	})
	health := s.Do("GET", "/healthcheck", "")
	if health.Status != http.StatusServiceUnavailable || !strings.Contains(health.Body, "run `app migrate`") {
		t.Errorf("healthcheck = %d %s", health.Status, health.Body)
	}
	if got := s.Do("GET", "/livez", "").Status; got != http.StatusOK {
		t.Errorf("livez = %d", got)
	}
	if got := s.Do("GET", "/book/", "").Status; got != http.StatusServiceUnavailable {
		t.Errorf("GET /book/ = %d", got)
	}
	env["ADDRESS"] = strings.TrimPrefix(s.url, "http://")
	if status, _, _ := command(t, env, "", "healthcheck"); status != 1 {
		t.Errorf("app healthcheck = %d, want 1", status)
	}
	if status, _, stderr := command(t, env, "", "healthcheck", "--live"); status != 1 || !strings.Contains(stderr, "not been ready") {
		t.Errorf("before the service is ready, app healthcheck --live = %d: %s", status, stderr)
	}
	status, stdout, stderr := command(t, env, "", "migrate")
	if status != 0 || !strings.HasPrefix(stdout, "applied shelf/20260101090000_create_shelf.sql in ") {
		t.Errorf("app migrate = %d: %s%s", status, stdout, stderr)
	}
	for range 200 { // it checks again on its own
		if strings.Contains(s.Do("GET", "/livez", "").Body, `"started":true`) {
			break
		}
		time.Sleep(50 * time.Millisecond)
	}
	if status, _, stderr := command(t, env, "", "healthcheck", "--live"); status != 0 {
		t.Errorf("after the migration, app healthcheck --live = %d: %s", status, stderr)
	}
	got := 0
	for range 200 { // a check that began before may still be shared
		if got = s.Do("GET", "/healthcheck", "").Status; got == http.StatusOK {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	t.Errorf("healthcheck after the migration = %d", got)
}

func TestRowWithADanglingReferenceIsRefused(t *testing.T) {
	t.Parallel()
	err := loadText(t, databasetest.OpenPostgres(t, related()), "["+aComment+"]")
	if err == nil || !strings.Contains(err.Error(), `Key (parent)=(1) is not present in table "note"`) {
		t.Errorf("the error is %v", err)
	}
}
