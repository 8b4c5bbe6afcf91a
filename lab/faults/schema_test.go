package faults

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"example.com/templatesite/internal/envtest"
	"example.com/templatesite/internal/processtest"
)

// Promise 5: schema changes under load fail no request.
func TestSchemaChangesUnderLoad(t *testing.T) {
	requireFaults(t)
	_, url := newPostgres(t)
	s := startService(t, url, "DATABASE_MAX_CONNECTIONS=5")
	conn := connect(t, url)
	change := func(l *load, _, n int) answer {
		a, _ := l.do("PUT", item(s.URL), target.Body(fmt.Sprintf("change %d", n)))
		return a
	}
	n := rounds(1, 5)
	// No more clients than the limit of concurrent requests: more would rightly get 503s.
	l := startLoad(t, 8, mix(readWrite(s), change))
	for range n {
		for _, statement := range []string{
			"alter table TABLE add column more varchar(10) default 'x' not null",
			"create index concurrently more_index on TABLE (TEXT)",
			"alter table TABLE alter column more type text",
			"alter table TABLE alter column TEXT type varchar(500)",
			"alter table TABLE alter column TEXT type text",
			"drop index concurrently more_index",
			"alter table TABLE drop column more",
		} {
			time.Sleep(300 * time.Millisecond)
			_, err := conn.Exec(t.Context(), strings.NewReplacer("TABLE", target.Name, "TEXT", target.Text).Replace(statement))
			must(t, err)
		}
	}
	time.Sleep(300 * time.Millisecond)
	l.stop()
	acked, lost, duplicated := compareRows(t, s.URL, l)
	record(t, 5, fmt.Sprintf("columns and an index added, changed and dropped, %d changes", 7*n), fmt.Sprintf("%d requests, %d failed", len(l.answers), len(failed(l.answers))),
		"0 failed", len(failed(l.answers)) == 0)
	record(t, 1, "columns and an index added, changed and dropped", fmt.Sprintf("%d acknowledged, %d lost, %d duplicated", acked, lost, duplicated), "0 lost, 0 duplicated", acked > 0 && lost+duplicated == 0)
}

// buildNextVersion builds the program with additional migrations, as its next version would have.
func buildNextVersion(t *testing.T, migrations ...string) (next string) {
	t.Helper()
	dir := t.TempDir()
	overlay := struct{ Replace map[string]string }{map[string]string{}}
	for i, text := range migrations {
		name := fmt.Sprintf("209901010000%02d_next.sql", i)
		path, err := filepath.Abs(filepath.Join("../..", target.Name, "migrations/postgres", name))
		must(t, err)
		overlay.Replace[path] = filepath.Join(dir, name)
		must(t, os.WriteFile(filepath.Join(dir, name), []byte("-- +goose Up\n"+text), 0o600))
	}
	text, err := json.Marshal(overlay)
	must(t, err)
	must(t, os.WriteFile(filepath.Join(dir, "overlay.json"), text, 0o600))
	next, err = processtest.Build(dir, "-overlay", filepath.Join(dir, "overlay.json"))
	must(t, err)
	return next
}

// Promise 5: the old and the new version of the program can use one database at the same time.
func TestOldAndNewVersionRunSideBySide(t *testing.T) {
	requireFaults(t)
	next := buildNextVersion(t, "alter table "+target.Name+" add column more text default 'x' not null;")
	_, url := newPostgres(t)
	old := startService(t, url)
	l := startLoad(t, 8, readWrite(old))
	time.Sleep(300 * time.Millisecond)
	migrate := exec.Command(next, "migrate")
	migrate.Env = append(envtest.Environ(), "DATABASE_URL="+url)
	output, err := migrate.CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, output)
	}
	upgraded, err := processtest.Start(processtest.Options{Binary: next, Database: url})
	must(t, err)
	defer upgraded.Kill()
	other := runFor(t, time.Second, 8, readWrite(&service{Process: upgraded}))
	l.stop()
	// A replica of the old version can even restart.
	old.Kill()
	old.restart(t)
	var health struct{ Status string }
	getJSON(t, old.URL+"/healthcheck", &health)
	bad := len(failed(l.answers)) + len(failed(other.answers))
	record(t, 5, "the old and the new version on one database", fmt.Sprintf("%d and %d requests, %d failed; health of the old one: %s", len(l.answers), len(other.answers), bad, health.Status),
		"0 failed, ok", bad == 0 && health.Status == "ok")
}

// Promise 5: if ten replicas migrate at once and five are killed, each migration is still applied
// exactly once.
func TestConcurrentMigrationsAreAppliedOnce(t *testing.T) {
	requireFaults(t)
	const slow = "select pg_sleep(0.3); create table if not exists applied (n integer); insert into applied values (%d);"
	next := buildNextVersion(t, fmt.Sprintf(slow, 2), fmt.Sprintf(slow, 3), fmt.Sprintf(slow, 4))
	_, url := newPostgres(t)
	var killed, failures atomic.Int64
	var group sync.WaitGroup
	for i := range 10 {
		group.Go(func() {
			migrate := exec.Command(next, "migrate")
			migrate.Env = append(envtest.Environ(), "DATABASE_URL="+url)
			var output bytes.Buffer
			migrate.Stdout, migrate.Stderr = &output, &output
			if err := migrate.Start(); err != nil {
				t.Error(err)
				return
			}
			if i < 5 {
				time.AfterFunc(time.Duration(200+i*150)*time.Millisecond, func() {
					if migrate.Process.Signal([]os.Signal{syscall.SIGKILL, syscall.SIGTERM}[i%2]) == nil {
						killed.Add(1)
					}
				})
			}
			if err := migrate.Wait(); err != nil {
				if exit, ok := errors.AsType[*exec.ExitError](err); !ok || i >= 5 {
					failures.Add(1)
					t.Errorf("%v %v: %s", err, exit, output.String())
				}
			}
		})
	}
	group.Wait()
	var rows, versions int
	conn := connect(t, url)
	must(t, conn.QueryRow(t.Context(), "select count(*) from applied").Scan(&rows))
	must(t, conn.QueryRow(t.Context(), "select count(*) from app_migrations where version_id >= 20990101000000").Scan(&versions))
	output, err := appCommand(url, "migrate", "--status").CombinedOutput()
	must(t, err)
	record(t, 5, "ten processes migrate at once, five killed", fmt.Sprintf("%d killed, %d of the rest failed, 3 migrations applied %d times", killed.Load(), failures.Load(), rows),
		"0 failed, 3 times", failures.Load() == 0 && rows == 3 && versions == 3)
	t.Logf("%s", output)
}
