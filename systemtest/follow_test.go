package systemtest

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"example.com/templatesite/internal/logtest"
	"example.com/templatesite/internal/otlptest"
	"example.com/templatesite/internal/postgrestest"
	"example.com/templatesite/internal/processtest"
)

// followed is a service whose traces can be read: those that it leaves in files and
// sends to others, and those in the log of its database, which is set as in the cluster.
type followed struct {
	*processtest.Process
	stdout    string
	log       *logtest.Server
	logged    strings.Builder
	postgres  *postgrestest.Server
	collector *otlptest.Receiver
}

func startFollowed(t *testing.T) *followed {
	t.Helper()
	needOwn(t)
	f := &followed{stdout: filepath.Join(t.TempDir(), "stdout"), log: logtest.Listen(t, "127.0.0.1:0"), collector: otlptest.NewReceiver(t)}
	f.postgres = postgrestest.New(t, append(logSettings(t), "log_min_messages=warning", "fsync=off")...)
	url := f.postgres.URL("postgres")
	runOn(t, url, nil, "migrate")
	runOn(t, url, nil, "loaddata")
	var err error
	f.Process, err = processtest.Start(processtest.Options{
		Binary: binary, Database: url, Log: f.stdout, Stderr: t.Output(),
		Settings: []string{
			"REQUEST_TIMEOUT=1s", "SYSLOG_ADDRESS=" + f.log.URL(),
			"OTEL_EXPORTER_OTLP_ENDPOINT=" + f.collector.URL, "OTEL_BSP_SCHEDULE_DELAY=100",
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(f.Kill)
	return f
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
	t.Cleanup(func() {
		if err := conn.Close(context.Background()); err != nil {
			t.Error(err)
		}
	})
}

func TestSlowRequestThatFailsIsFoundByItsIDEverywhere(t *testing.T) {
	f := startFollowed(t)
	f.lockTweets(t)
	var problem struct {
		RequestID string `json:"request_id"`
		TraceID   string `json:"trace_id"`
	}
	header := get(t, f.URL+"/tweet/1", http.StatusGatewayTimeout, &problem, "X-Request-ID: slow.and-failing")
	ids := strings.NewReplacer("REQUEST", regexp.QuoteMeta("slow.and-failing"), "TRACE", problem.TraceID)
	for _, place := range []struct {
		name, want string
		text       func(*testing.T) string
	}{
		{"the answer's header", `^REQUEST$`, func(*testing.T) string { return header.Get("X-Request-ID") }},
		{"the problem", `^REQUEST [0-9a-f]{32}$`, func(*testing.T) string { return problem.RequestID + " " + problem.TraceID }},
		{"standard output", `"msg":"request",.*"status":504,.*"request_id":"REQUEST","trace_id":"TRACE"`, f.readStdout},
		{"what the log server got", `\[id="REQUEST"\] request .* status=504 .* trace_id=TRACE\n`, f.readLog},
		{"what PostgreSQL says of the wait", `LOG:  process \d+ still waiting for AccessShareLock .*\n.*DETAIL:  Process holding the lock: .*\n.*STATEMENT:  /\* request_id=REQUEST \*/ -- tweet.get\n`, f.readPostgres},
		{"what PostgreSQL says of the end", `ERROR:  canceling statement due to .*\n.*STATEMENT:  /\* request_id=REQUEST \*/ -- tweet.get\n`, f.readPostgres},
		{"the trace of the request", `GET /tweet/{id}: trace TRACE, request REQUEST, error 504\n`, f.readTraces},
		{"the trace of the statement", `tweet.get: trace TRACE, .* error timeout\n`, f.readTraces},
		{"an exemplar", `http_server_request_duration_seconds_bucket{.*http_response_status_code="504",.*} 1 # {trace_id="TRACE"}`, f.readMetrics},
	} {
		want := regexp.MustCompile(ids.Replace(place.want))
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

// readTraces returns what the collector has got, a line for each span.
func (f *followed) readTraces(*testing.T) string {
	var text strings.Builder
	for _, span := range f.collector.Spans() {
		fmt.Fprintf(&text, "%s: trace %s, request %v, %s %v\n", span.Name, span.TraceID, span.Attributes["request.id"], span.Status, span.Attributes["error.type"])
	}
	return text.String()
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
