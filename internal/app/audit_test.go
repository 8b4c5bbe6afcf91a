package app

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"example.com/templatesite/internal/audit"
	"example.com/templatesite/internal/database"
	"example.com/templatesite/internal/web"
)

// auditedService is the service under test with an audit trail.
func auditedService() Service {
	service := testService
	service.Audit = true
	return service
}

// onEachAudited runs test on every engine, with the settings of a database that has the fixtures and
// the table of the trail.
func onEachAudited(t *testing.T, test func(t *testing.T, env map[string]string, db *database.DB)) {
	t.Helper()
	onEachFilled(t, func(t *testing.T, env map[string]string, db *database.DB) {
		status, stdout, stderr := commandOf(t, auditedService(), env, "", "migrate")
		if status != 0 || !strings.HasPrefix(stdout, "applied audit/") || strings.Count(stdout, "\n") != 1 {
			t.Fatalf("app migrate = %d: %s%s", status, stdout, stderr)
		}
		test(t, env, db)
	})
}

// auditOf runs app audit, which succeeds.
func auditOf(t *testing.T, service Service, env map[string]string, args ...string) (stdout, stderr string) {
	t.Helper()
	status, stdout, stderr := commandOf(t, service, env, "", append([]string{"audit"}, args...)...)
	if status != 0 {
		t.Fatalf("app audit %q = %d: %s", args, status, stderr)
	}
	return stdout, stderr
}

func TestAuditCommandPrintsWhatTheServiceHasChanged(t *testing.T) {
	onEachAudited(t, func(t *testing.T, env map[string]string, _ *database.DB) {
		s := startServiceOf(t, auditedService(), env)
		s.Want(http.StatusCreated, "POST", "/book/", titled(marker), "X-Request-ID: first")
		s.Want(http.StatusOK, "PUT", "/book/3", validBook, "X-Request-ID: second")
		s.Want(http.StatusSeeOther, "POST", "/book/", validForm, formType, "Accept: text/html", "X-Request-ID: third") // feature: pages
		s.Want(http.StatusNoContent, "DELETE", "/book/1", "", "X-Request-ID: last")
		stdout, stderr := auditOf(t, auditedService(), env, "--json", "--limit=1000", "--since=1h")
		if strings.Contains(stdout, marker) || stderr != "" {
			t.Errorf("app audit: %s%s", stdout, stderr)
		}
		var got []string
		for line := range strings.Lines(stdout) {
			var e audit.Entry
			if err := json.Unmarshal([]byte(line), &e); err != nil || time.Since(e.Time) > time.Minute {
				t.Fatalf("%v in %s", err, line)
			}
			got = append(got, strings.Join([]string{e.Caller + e.Client, e.Operation, e.Resource, e.Row, e.RequestID}, " "))
		}
		want := []string{"127.0.0.1 create book 3 first", "127.0.0.1 update book 3 second"}
		want = append(want, "127.0.0.1 create book 4 third") // feature: pages
		want = append(want, "127.0.0.1 delete book 1 last")
		if fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("app audit: %q, want %q", got, want)
		}
		table, more := auditOf(t, auditedService(), env, "--limit", "1", "--resource", "book", "--row", "3")
		if strings.Count(table, "\n") != 2 || !strings.Contains(table, "127.0.0.1  -     -      update     book      3    second") || !strings.Contains(more, "--before 2") {
			t.Errorf("app audit: %s%s", table, more)
		}
		if before, _ := auditOf(t, auditedService(), env, "--before", "2"); !strings.Contains(before, "first") || strings.Contains(before, "second") {
			t.Errorf("app audit --before 2: %s", before)
		}
		if none, _ := auditOf(t, auditedService(), env, "--caller", "nobody' or '1"); strings.Count(none, "\n") != 1 {
			t.Errorf("app audit --caller: %s", none)
		}
	})
}

func TestTableOfTheTrailIsNoResource(t *testing.T) {
	onEachAudited(t, func(t *testing.T, env map[string]string, db *database.DB) {
		s := startServiceOf(t, auditedService(), env)
		s.Want(http.StatusCreated, "POST", "/book/", validBook)
		if index := s.Do("GET", "/", "").Body; strings.Contains(index, "audit") {
			t.Errorf("the index is %s", index)
		}
		metrics := s.Do("GET", s.admin+"/metrics", "").Body                                           // feature: metrics
		if strings.Contains(metrics, `model="audit"`) || !strings.Contains(metrics, `model="book"`) { // feature: metrics
			t.Error("the metrics count the entries as a model, or do not count the books")
		}
		status, dump, stderr := commandOf(t, auditedService(), env, "", "dumpdata")
		if status != 0 || strings.Contains(dump, "audit") {
			t.Errorf("app dumpdata = %d: %s%s", status, dump, stderr)
		}
		if status, _, stderr := commandOf(t, auditedService(), env, dump, "loaddata", "-"); status != 0 {
			t.Errorf("app loaddata = %d: %s", status, stderr)
		}
		if status, _, _ := commandOf(t, auditedService(), env, "", "dumpdata", "audit"); status == 0 {
			t.Error("app dumpdata audit succeeds")
		}
		if rows, err := db.Rows(t.Context(), "audit"); rows != 1 || err != nil {
			t.Errorf("%d entries, %v, want that of the request", rows, err)
		}
	})
}

func TestMigrationOfTheTrailIsUndone(t *testing.T) {
	onEachAudited(t, func(t *testing.T, env map[string]string, _ *database.DB) {
		startServiceOf(t, auditedService(), env).Want(http.StatusCreated, "POST", "/book/", validBook)
		before := []string{"migrate", "--to", "20260104090000"}
		if status, _, stderr := commandOf(t, auditedService(), env, "", before...); status == 0 || !strings.Contains(stderr, "rows in the table audit: 1") {
			t.Errorf("app migrate --to without --yes = %d: %s", status, stderr)
		}
		if status, stdout, stderr := commandOf(t, auditedService(), env, "", append(before, "--yes")...); status != 0 || !strings.HasPrefix(stdout, "undone audit/") {
			t.Errorf("app migrate --to = %d: %s%s", status, stdout, stderr)
		}
		if status, _, stderr := commandOf(t, auditedService(), env, "", "audit"); status == 0 || !strings.Contains(stderr, "app migrate") {
			t.Errorf("app audit = %d: %s", status, stderr)
		}
		startService(t, env).Want(http.StatusCreated, "POST", "/book/", validBook)
		if status, stdout, stderr := commandOf(t, auditedService(), env, "", "migrate"); status != 0 || !strings.HasPrefix(stdout, "applied audit/") {
			t.Errorf("app migrate = %d: %s%s", status, stdout, stderr)
		}
		startServiceOf(t, auditedService(), env).Want(http.StatusCreated, "POST", "/book/", validBook)
		if table, _ := auditOf(t, auditedService(), env); strings.Count(table, "\n") != 2 {
			t.Errorf("app audit: %s", table)
		}
	})
}

func TestRunningServiceForgetsOldEntries(t *testing.T) {
	onEachAudited(t, func(t *testing.T, env map[string]string, db *database.DB) {
		const insert = `insert into audit (created, caller, caller_name, caller_owner, client, operation, resource, row_id, request_id)
			values ($1, '', '', '', '', 'create', 'book', '1', '')`
		for _, age := range []int{364, 366} {
			at := time.Now().AddDate(0, 0, -age)
			if _, err := db.Write.ExecContext(t.Context(), insert, web.Timestamp(&at)); err != nil {
				t.Fatal(err)
			}
		}
		for _, tt := range []struct {
			retention string
			left      int64
		}{{"0", 2}, {"", 1}, {"24h", 0}} { // 8760h by default
			s := startServiceOf(t, auditedService(), merged(env, "AUDIT_RETENTION", tt.retention))
			rows, err := db.Rows(t.Context(), "audit")
			for end := time.Now().Add(10 * time.Second); rows != tt.left && err == nil && time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
				rows, err = db.Rows(t.Context(), "audit")
			}
			s.exit()
			if rows != tt.left || err != nil {
				t.Errorf("AUDIT_RETENTION=%s: %d entries, %v, want %d", tt.retention, rows, err, tt.left)
			}
		}
	})
}

// merged returns the settings with another one.
func merged(env map[string]string, name, value string) map[string]string {
	all := map[string]string{name: value}
	for name, value := range env {
		all[name] = value
	}
	return all
}

func TestAuditRefusesMistakes(t *testing.T) {
	t.Parallel()
	for _, value := range []string{"-1h", "365", "a year", "9999999h"} {
		if status, _, stderr := command(t, map[string]string{"AUDIT_RETENTION": value}, "", "settings"); status != 2 || !strings.Contains(stderr, "AUDIT_RETENTION") || !strings.Contains(stderr, "a duration") {
			t.Errorf("AUDIT_RETENTION=%s: exit status %d: %s", value, status, stderr)
		}
	}
	hideURLs(t, "AUDIT_RETENTION")
	for _, args := range [][]string{{"--since", "yesterday"}, {"--since", "-1h"}, {"--limit", "-1"}, {"--limit", "1000000"}, {"--before", "x"}, {"more"}} {
		if status, stdout, stderr := commandOf(t, auditedService(), nil, "", append([]string{"audit"}, args...)...); status != 2 || stdout != "" || !strings.HasPrefix(stderr, "app: ") {
			t.Errorf("app audit %q = %d: %s%s", args, status, stdout, stderr)
		}
	}
	if status, _, stderr := command(t, nil, "", "audit"); status != 1 || !strings.Contains(stderr, "has no audit trail") {
		t.Errorf("exit status %d: %s", status, stderr)
	}
}
