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

// Promise 5: the schema changes while requests run, and none fails.
func TestSchemaChangesUnderLoad(t *testing.T) {
	need(t)
	_, url := newPostgres(t)
	s := startService(t, url, "DATABASE_MAX_CONNECTIONS=5")
	conn := connect(t, url)
	change := func(l *load, _, n int) answer {
		a, _ := l.do("PUT", item(s.URL), target.Body(fmt.Sprintf("change %d", n)))
		return a
	}
	n := rounds(1, 5)
	// No more than have a turn: who waits for one too long is refused, and that is right.
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
	acked, lost, twice := kept(t, s.URL, l)
	record(t, 5, fmt.Sprintf("columns and an index come, change and go, %d times", 7*n), fmt.Sprintf("%d requests, %d failed", len(l.answers), len(failed(l.answers))),
		"0 failed", len(failed(l.answers)) == 0)
	record(t, 1, "columns and an index come, change and go", fmt.Sprintf("%d acknowledged, %d lost, %d twice", acked, lost, twice), "0 lost, 0 twice", acked > 0 && lost+twice == 0)
}

// buildNext builds the program with more migrations: those of its next version.
func buildNext(t *testing.T, migrations ...string) (next string) {
	t.Helper()
	dir := t.TempDir()
	overlay := struct{ Replace map[string]string }{map[string]string{}}
	for i, text := range migrations {
		name := fmt.Sprintf("209901010000%02d_next.sql", i)
		place, err := filepath.Abs(filepath.Join("../..", target.Name, "migrations/postgres", name))
		must(t, err)
		overlay.Replace[place] = filepath.Join(dir, name)
		must(t, os.WriteFile(filepath.Join(dir, name), []byte("-- +goose Up\n"+text), 0o600))
	}
	text, err := json.Marshal(overlay)
	must(t, err)
	must(t, os.WriteFile(filepath.Join(dir, "overlay.json"), text, 0o600))
	next, err = processtest.Build(dir, "-overlay", filepath.Join(dir, "overlay.json"))
	must(t, err)
	return next
}

// Promise 5: the old and the new version of the program run side by side on one database.
func TestOldAndNewVersionRunSideBySide(t *testing.T) {
	need(t)
	next := buildNext(t, "alter table "+target.Name+" add column more text default 'x' not null;")
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
	fresh, err := processtest.Start(processtest.Options{Binary: next, Database: url})
	must(t, err)
	defer fresh.Kill()
	other := runFor(t, time.Second, 8, readWrite(&service{Process: fresh}))
	l.stop()
	// An old replica may even be started again, or anew.
	old.Kill()
	old.restart(t)
	var health struct{ Status string }
	getJSON(t, old.URL+"/healthcheck", &health)
	bad := len(failed(l.answers)) + len(failed(other.answers))
	record(t, 5, "the old and the new version on one database", fmt.Sprintf("%d and %d requests, %d failed; the old one is %s", len(l.answers), len(other.answers), bad, health.Status),
		"0 failed, ok", bad == 0 && health.Status == "ok")
}

// Promise 5: ten replicas migrate at once, some are killed, and each migration is
// applied once.
func TestManyMigrateAtOnceAndSomeAreKilled(t *testing.T) {
	need(t)
	const slow = "select pg_sleep(0.3); create table if not exists applied (n integer); insert into applied values (%d);"
	next := buildNext(t, fmt.Sprintf(slow, 2), fmt.Sprintf(slow, 3), fmt.Sprintf(slow, 4))
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
	record(t, 5, "ten migrate at once, five of them ended", fmt.Sprintf("%d ended, %d of the others failed, 3 migrations applied %d times", killed.Load(), failures.Load(), rows),
		"0 failed, 3 times", failures.Load() == 0 && rows == 3 && versions == 3)
	t.Logf("%s", output)
}
