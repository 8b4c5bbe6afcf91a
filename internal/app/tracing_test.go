package app

import (
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"example.com/templatesite/internal/database"
	"example.com/templatesite/internal/otlptest"
)

// The trace of a caller, which is sampled.
const (
	callersTrace = "4bf92f3577b34da6a3ce929d0e0e4736"
	callersSpan  = "00f067aa0ba902b7"
	traceparent  = "Traceparent: 00-" + callersTrace + "-" + callersSpan + "-01"
)

// traced adds to env the settings that send traces to a new receiver.
func traced(t *testing.T, env map[string]string) (map[string]string, *otlptest.Receiver) {
	t.Helper()
	receiver := otlptest.NewReceiver(t)
	all := map[string]string{"OTEL_EXPORTER_OTLP_ENDPOINT": receiver.URL}
	for name, value := range env {
		all[name] = value
	}
	return all, receiver
}

func named(name string) func(otlptest.Span) bool {
	return func(s otlptest.Span) bool { return s.Name == name }
}

func TestTraceOfTheCallerContinuesInRequestAndStatements(t *testing.T) {
	onEachFilled(t, func(t *testing.T, env map[string]string, _ *database.DB) {
		env, receiver := traced(t, env)
		s := startService(t, env)
		s.Do("POST", "/book/", titled("a value"), traceparent, "X-Request-ID: find-me", "User-Agent: me", "Tracestate: a=b")
		request, statement := receiver.Wait(t, named("POST /book/")), receiver.Wait(t, named("book.create"))
		if request.TraceID != callersTrace || request.ParentID != callersSpan || request.Kind != "server" || request.Status != "" || len(request.Events) > 0 {
			t.Errorf("the request is %+v", request)
		}
		if statement.TraceID != callersTrace || statement.ParentID != request.ID || statement.Kind != "client" || statement.Status != "" ||
			statement.Start.Before(request.Start) || statement.End.After(request.End) || !statement.Start.Before(statement.End) {
			t.Errorf("the statement is %+v", statement)
		}
		size := request.Attributes["http.response.body.size"]
		delete(request.Attributes, "http.response.body.size")
		if diff := cmp.Diff(map[string]any{
			"http.request.method": "POST", "http.route": "/book/", "http.response.status_code": int64(201),
			"url.scheme": "http", "url.path": "/book/", "server.address": "127.0.0.1", "network.protocol.version": "1.1",
			"client.address": "127.0.0.1", "user_agent.original": "me", "request.id": "find-me",
		}, request.Attributes); diff != "" || size.(int64) < 10 {
			t.Errorf("the request says (-want +got) %s and the size %v", diff, size)
		}
		delete(statement.Attributes, "db.system.name") // as tests of each engine show
		if diff := cmp.Diff(map[string]any{
			"db.query.summary": "book.create", "db.operation.name": "insert", "db.collection.name": "book",
		}, statement.Attributes); diff != "" {
			t.Errorf("the statement says (-want +got) %s", diff)
		}
		if all := fmt.Sprint(receiver.Spans()); strings.Contains(all, "a value") || strings.Contains(all, "insert into") {
			t.Errorf("the traces contain a value or SQL: %s", all)
		}
	})
}

func TestFailureIsInTheTraceTheProblemAndTheLog(t *testing.T) {
	onEachFilled(t, func(t *testing.T, env map[string]string, db *database.DB) {
		env, receiver := traced(t, env)
		s := startService(t, env)
		if _, err := db.Write.ExecContext(t.Context(), "alter table book rename column title to gone"); err != nil {
			t.Fatal(err)
		}
		got := s.Do("GET", "/book/1", "")
		var problem struct {
			Detail  string `json:"detail"`
			TraceID string `json:"trace_id"`
		}
		if err := json.Unmarshal([]byte(got.Body), &problem); err != nil || got.Status < http.StatusInternalServerError || len(problem.TraceID) != 32 {
			t.Fatalf("%d %s", got.Status, got.Body)
		}
		s.record("request", func(r map[string]any) bool { return r["trace_id"] == problem.TraceID })
		request, statement := receiver.Wait(t, named("GET /book/{id}")), receiver.Wait(t, named("book.get"))
		for _, span := range []otlptest.Span{request, statement} {
			if span.TraceID != problem.TraceID || span.Status != "error" || len(span.Events) != 1 || span.Events[0].Name != "exception" || span.Events[0].Attributes["exception.type"] == "" {
				t.Errorf("%s is %+v", span.Name, span)
			}
		}
		// The error of the database may contain values, so only the log has it.
		if message := request.Events[0].Attributes["exception.message"]; message != problem.Detail || statement.Events[0].Attributes["exception.message"] != nil {
			t.Errorf("the request says %q, and the statement %+v", message, statement)
		}
		if request.ParentID != "" || request.Attributes["error.type"] != strconv.Itoa(got.Status) || statement.Attributes["error.type"] == nil {
			t.Errorf("%+v %+v", request, statement)
		}
	})
}

func TestClientErrorsAreTracedButNotAsFailures(t *testing.T) {
	t.Parallel()
	env, receiver := traced(t, nil)
	s := startService(t, env)
	for range 2 {
		s.Do("GET", "/nowhere/with?secret=x", "")
		s.Do("BREW", "/book/", "")
		s.Do("GET", "/book/77777", "", "User-Agent: "+strings.Repeat("x", 5000))
	}
	s.Do("GET", "/livez", "", traceparent)
	s.Do("GET", "/healthcheck", "", traceparent)
	receiver.WaitFor(t, 8)
	s.exit()
	names := map[string]int{}
	for _, span := range receiver.Spans() {
		names[span.Name]++
		if span.Kind == "server" && (span.Status != "" || len(span.Events) != 1) || span.TraceID == callersTrace {
			t.Errorf("%+v", span)
		}
		if agent, _ := span.Attributes["user_agent.original"].(string); len(agent) > 1024 {
			t.Errorf("%s has a User-Agent of %d bytes", span.Name, len(agent))
		}
		if rows, ok := span.Attributes["db.response.returned_rows"]; span.Name == "book.get" && (!ok || rows != int64(0)) {
			t.Errorf("book.get returned %v rows", rows)
		}
	}
	if diff := cmp.Diff(map[string]int{"GET": 2, "HTTP /book/": 2, "GET /book/{id}": 2, "book.get": 2}, names); diff != "" {
		t.Errorf("names of spans (-want +got) %s", diff)
	}
	if strings.Contains(fmt.Sprint(receiver.Spans()), "secret") {
		t.Error("the traces contain the query of a URL")
	}
}

func TestInvalidUnicodeOfAClientIsReplacedInTraces(t *testing.T) {
	t.Parallel()
	env, receiver := traced(t, nil)
	s := startService(t, env)
	s.Do("GET", "/book/%ff", "", "User-Agent: \xff")
	s.Do("GET", "/book/77777", "")
	var paths []any
	for _, span := range receiver.WaitFor(t, 3) {
		if span.Kind == "server" {
			paths = append(paths, span.Attributes["url.path"], span.Attributes["user_agent.original"])
		}
	}
	if diff := cmp.Diff([]any{"/book/\uFFFD", "\uFFFD", "/book/77777", "Go-http-client/1.1"}, paths); diff != "" {
		t.Errorf("what arrives (-want +got) %s", diff)
	}
}

func TestStandardVariablesDecideWhatIsTraced(t *testing.T) {
	t.Parallel()
	unsampled := strings.TrimSuffix(traceparent, "1") + "0"
	for name, tt := range map[string]struct {
		env    map[string]string
		parent string
		traced bool
	}{
		"as the caller decided":         {nil, unsampled, false},
		"whatever the caller decided":   {map[string]string{"OTEL_TRACES_SAMPLER": "always_on"}, unsampled, true},
		"never":                         {map[string]string{"OTEL_TRACES_SAMPLER": "always_off"}, traceparent, false},
		"none without a caller":         {map[string]string{"OTEL_TRACES_SAMPLER": "parentbased_always_off"}, "", false},
		"those of a caller":             {map[string]string{"OTEL_TRACES_SAMPLER": "parentbased_always_off"}, traceparent, true},
		"a share of nothing":            {map[string]string{"OTEL_TRACES_SAMPLER": "traceidratio", "OTEL_TRACES_SAMPLER_ARG": "0"}, "", false},
		"a share of all":                {map[string]string{"OTEL_TRACES_SAMPLER": "parentbased_traceidratio", "OTEL_TRACES_SAMPLER_ARG": "1.0"}, "", true},
		"the library is off":            {map[string]string{"OTEL_SDK_DISABLED": "TRUE"}, traceparent, false},
		"there is no exporter":          {map[string]string{"OTEL_TRACES_EXPORTER": "none"}, traceparent, false},
		"empty values are no values":    {map[string]string{"OTEL_TRACES_SAMPLER": "", "OTEL_TRACES_SAMPLER_ARG": "", "OTEL_SDK_DISABLED": ""}, "", true},
		"an empty endpoint is no value": {map[string]string{"OTEL_EXPORTER_OTLP_ENDPOINT": ""}, traceparent, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			env, receiver := traced(t, tt.env)
			s := startService(t, env)
			got := s.Do("GET", "/book/77777", "", tt.parent)
			record := s.record("request", nil)
			if tt.traced {
				receiver.WaitFor(t, 2)
			}
			s.exit()
			spans := len(receiver.Spans())
			if strings.Contains(got.Body, "trace_id") != tt.traced || (record["trace_id"] != nil) != tt.traced || (spans == 2) != tt.traced || !tt.traced && spans > 0 {
				t.Errorf("%d spans, %s, %v", spans, got.Body, record)
			}
			for name := range got.Header {
				if strings.HasPrefix(name, "Trace") {
					t.Errorf("the answer has the header %s", name)
				}
			}
		})
	}
}

func TestUnreachableCollectorIsReportedOnceAndDelaysNothing(t *testing.T) {
	t.Parallel()
	hanging, err := net.Listen("tcp", "127.0.0.1:0") // nothing accepts its connections
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { hanging.Close() })
	for name, address := range map[string]string{"is down": "127.0.0.1:1", "hangs": hanging.Addr().String()} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := startService(t, map[string]string{
				"OTEL_EXPORTER_OTLP_ENDPOINT": "http://" + address, "OTEL_EXPORTER_OTLP_HEADERS": "authorization=SECRET", "LOG_LEVEL": "info",
			})
			for range 600 { // fills two batches, which are sent at once: a timer would take 10 s
				start := time.Now()
				s.Do("GET", "/book/1", "")
				if took := time.Since(start); took > 8*time.Second {
					t.Errorf("a request took %s", took)
				}
			}
			start := time.Now()
			if status, took := s.exit(), time.Since(start); status != 0 || took > 8*time.Second {
				t.Errorf("exit status %d after %s", status, took)
			}
			s.record("traces do not arrive", nil)
			s.mu.Lock()
			defer s.mu.Unlock()
			warnings := 0
			for _, record := range s.records {
				if record["level"] == "WARN" {
					warnings++
				}
			}
			if text := fmt.Sprint(s.records); warnings != 1 || strings.Contains(text, "SECRET") {
				t.Errorf("%d warnings: %s", warnings, text)
			}
		})
	}
}
