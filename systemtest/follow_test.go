package systemtest

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"example.com/templatesite/internal/logging/logtest"
	"example.com/templatesite/internal/postgrestest"
	"example.com/templatesite/internal/processtest"
)

// followed is a service whose traces can be read: those that it leaves in files and
// sends to others, and those in the log of its database, which is set as in the cluster.
type followed struct {
	*processtest.Process
	stdout   string
	log      *logtest.Server
	logged   strings.Builder
	postgres *postgrestest.Server
}

func startFollowed(t *testing.T) *followed {
	t.Helper()
	needOwn(t)
	f := &followed{stdout: filepath.Join(t.TempDir(), "stdout"), log: logtest.Listen(t, "127.0.0.1:0")}
	f.postgres = newPostgres(t, append(logSettings(t), "log_min_messages=warning", "fsync=off")...)
	url := f.postgres.URL("postgres")
	runOn(t, url, nil, "migrate")
	runOn(t, url, nil, "loaddata")
	var err error
	f.Process, err = processtest.Start(processtest.Options{
		Binary: binary, Database: url, Log: f.stdout, Stderr: t.Output(),
		Settings: []string{"REQUEST_TIMEOUT=1s", "SYSLOG_ADDRESS=" + f.log.URL()},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(f.Kill)
	return f
}

// newPostgres starts a server for one test. It is skipped where none is installed; that
// is a failure with REQUIRE_POSTGRES_SERVER=1.
func newPostgres(t *testing.T, options ...string) *postgrestest.Server {
	t.Helper()
	server, err := postgrestest.Start(t.Context(), options...)
	if errors.Is(err, postgrestest.ErrNotInstalled) && os.Getenv("REQUIRE_POSTGRES_SERVER") != "1" {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := server.Close(); err != nil {
			t.Error(err)
		}
	})
	return server
}

var logSetting = regexp.MustCompile(`(?m)^(log_\w+|deadlock_timeout) = ([^#\n]+)`)

// logSettings are what the database of the cluster logs.
func logSettings(t *testing.T) (settings []string) {
	t.Helper()
	text, err := os.ReadFile("../docker/db/postgresql.conf")
	if err != nil {
		t.Fatal(err)
	}
	for _, found := range logSetting.FindAllStringSubmatch(string(text), -1) {
		settings = append(settings, found[1]+"="+strings.Trim(found[2], "'"))
	}
	return settings
}

// lockTweets keeps everybody else from the tweets until the end of the test.
func (f *followed) lockTweets(t *testing.T) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), f.postgres.URL("postgres"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := conn.Exec(t.Context(), "begin; lock table tweet"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close(t.Context()) })
}

func TestSlowRequestThatFailsIsFoundByItsIDEverywhere(t *testing.T) {
	f := startFollowed(t)
	f.lockTweets(t)
	var problem struct {
		RequestID string `json:"request_id"`
	}
	header := get(t, f.URL+"/tweet/1", http.StatusGatewayTimeout, &problem, "X-Request-ID: slow.and-failing")
	for _, place := range []struct {
		name, want string
		text       func(*testing.T) string
	}{
		{"the answer's header", `^ID$`, func(*testing.T) string { return header.Get("X-Request-ID") }},
		{"the problem", `^ID$`, func(*testing.T) string { return problem.RequestID }},
		{"standard output", `"msg":"request",.*"status":504,.*"request_id":"ID"`, f.readStdout},
		{"what the log server got", `\[id="ID"\] request .* status=504 `, f.readLog},
		{"what PostgreSQL says of the wait", `(?s)LOG:  process \d+ still waiting for AccessShareLock .*DETAIL:  Process holding the lock: .*STATEMENT:  /\* request_id=ID \*/ -- tweet.get\n`, f.readPostgres},
		{"what PostgreSQL says of the end", `ERROR:  canceling statement due to .*\n.*STATEMENT:  /\* request_id=ID \*/ -- tweet.get\n`, f.readPostgres},
		{"an exemplar", `http_server_request_duration_seconds_bucket{.*http_response_status_code="504",.*} 1 # {request_id="ID"}`, f.readMetrics},
	} {
		want := regexp.MustCompile(strings.ReplaceAll(place.want, "ID", regexp.QuoteMeta("slow.and-failing")))
		var text string
		eventually(t, "the id in "+place.name, func() bool {
			text = place.text(t)
			return want.MatchString(text)
		})
		if t.Failed() {
			t.Fatalf("%s is %q, want %s", place.name, text, want)
		}
	}
}

func (f *followed) readStdout(t *testing.T) string { return readFile(t, f.stdout) }

func readFile(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// readLog returns what the log server has got, a line for each message.
func (f *followed) readLog(t *testing.T) string {
	message := f.log.Next(t)
	if message.StructuredData != nil {
		fmt.Fprintf(&f.logged, "[id=%q] ", (*message.StructuredData)["request@32473"]["id"])
	}
	fmt.Fprintln(&f.logged, *message.Message)
	return f.logged.String()
}

func (f *followed) readPostgres(t *testing.T) string {
	text, err := f.postgres.Log()
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func (f *followed) readMetrics(t *testing.T) string {
	r, err := http.NewRequest(http.MethodGet, f.Admin+"/metrics", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Accept", "application/openmetrics-text")
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
