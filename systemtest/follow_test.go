package systemtest

import (
	"context"
	"fmt"
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
	"example.com/templatesite/internal/webtest"
)

// followed is a service and everything that records its requests: its standard output, a
// log server, a collector of traces, and the log of its database with the cluster's settings.
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
	needBinary(t)
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

// logSettings returns the log settings of the cluster's database.
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

// lock makes every access to a table wait until the end of the test.
func (f *followed) lock(t *testing.T, table string) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), f.postgres.URL("postgres"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := conn.Exec(t.Context(), "begin; lock table "+pgx.Identifier{table}.Sanitize()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := conn.Close(context.Background()); err != nil {
			t.Error(err)
		}
	})
}

func TestRequestIDFindsAllRecordsOfASlowFailedRequest(t *testing.T) {
	f := startFollowed(t)
	resource := needResource(t)
	f.lock(t, resource.Name)
	const id = "slow.and-failing"
	type ids struct {
		RequestID string `json:"request_id"`
		TraceID   string `json:"trace_id"`
	}
	answer := webtest.At(t, f.URL).Want(http.StatusGatewayTimeout, "GET", resource.Item(1), "", "X-Request-ID: "+id)
	problem := webtest.JSON[ids](t, answer)
	pattern := strings.NewReplacer("REQUEST", regexp.QuoteMeta(id), "TRACE", problem.TraceID,
		"ROUTE", regexp.QuoteMeta(resource.Route), "STATEMENT_NAME", regexp.QuoteMeta(resource.Name+".get"))
	for _, place := range []struct {
		name, want string
		text       func(*testing.T) string
	}{
		{"the header of the response", `^REQUEST$`, func(*testing.T) string { return answer.Header.Get("X-Request-ID") }},
		{"the problem", `^REQUEST [0-9a-f]{32}$`, func(*testing.T) string { return problem.RequestID + " " + problem.TraceID }},
		{"standard output", `"msg":"request",.*"status":504,.*"request_id":"REQUEST","trace_id":"TRACE"`, f.readStdout},
		{"the log server", `\[id="REQUEST"\] request .* status=504 .* trace_id=TRACE\n`, f.readLog},
		{"the log of PostgreSQL about the lock", `LOG:  process \d+ still waiting for AccessShareLock .*\n.*DETAIL:  Process holding the lock: .*\n.*STATEMENT:  /\* request_id=REQUEST \*/ -- STATEMENT_NAME\n`, f.readPostgres},
		{"the log of PostgreSQL about the canceled statement", `ERROR:  canceling statement due to .*\n.*STATEMENT:  /\* request_id=REQUEST \*/ -- STATEMENT_NAME\n`, f.readPostgres},
		{"the trace of the request", `GET ROUTE: trace TRACE, request REQUEST, error 504\n`, f.readTraces},
		{"the trace of the statement", `STATEMENT_NAME: trace TRACE, .* error timeout\n`, f.readTraces},
		{"an exemplar", `http_server_request_duration_seconds_bucket{.*http_response_status_code="504",.*} 1 # {trace_id="TRACE"}`, f.readMetrics}, // feature: metrics
	} {
		want := regexp.MustCompile(pattern.Replace(place.want))
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

// readLog waits for one more message and returns all that the log server has received, one
// per line.
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

// readTraces returns the spans that the collector has received, one per line.
func (f *followed) readTraces(*testing.T) string {
	var text strings.Builder
	for _, span := range f.collector.Spans() {
		fmt.Fprintf(&text, "%s: trace %s, request %v, %s %v\n", span.Name, span.TraceID, span.Attributes["request.id"], span.Status, span.Attributes["error.type"])
	}
	return text.String()
}

func (f *followed) readMetrics(t *testing.T) string { // feature: metrics
	return webtest.At(t, f.Admin).Want(http.StatusOK, "GET", "/metrics", "", "Accept: application/openmetrics-text").Body
}
