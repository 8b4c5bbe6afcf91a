package middleware_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"example.com/templatesite/internal/health"
	"example.com/templatesite/internal/logging"
	"example.com/templatesite/internal/middleware"
	"example.com/templatesite/internal/web"
)

// serve runs one request through the middlewares, and returns the response and the records
// that were logged.
func serve(t *testing.T, r *http.Request, handler http.HandlerFunc) (*http.Response, []map[string]any) {
	t.Helper()
	var output bytes.Buffer
	log := slog.New(logging.New(&output, logging.JSON, false, slog.LevelDebug))
	chain := web.Chain(handler,
		middleware.RequestInfo(nil), middleware.AccessLog(log, health.IsProbe), middleware.Recover(log),
		middleware.ClearUnknownHosts([]string{"example.org", ".example.net", "::1"}), middleware.RefuseUnknownHosts(health.IsProbe), middleware.Deadline(time.Second))
	w := httptest.NewRecorder()
	func() {
		defer func() {
			if reason := recover(); reason != nil && reason != any(http.ErrAbortHandler) {
				t.Errorf("the panic %v was not recovered", reason)
			}
		}()
		chain.ServeHTTP(w, r)
	}()
	var records []map[string]any
	decoder := json.NewDecoder(&output)
	for {
		var record map[string]any
		if err := decoder.Decode(&record); errors.Is(err, io.EOF) {
			return w.Result(), records
		} else if err != nil {
			t.Fatal(err)
		}
		records = append(records, record)
	}
}

func TestBytesReadOfABodyAreCounted(t *testing.T) {
	t.Parallel()
	for sent, read := range map[string]int64{"all of it": 9, "a part of it": 6} {
		serve(t, httptest.NewRequest("POST", "http://example.org/", strings.NewReader(sent)), func(_ http.ResponseWriter, r *http.Request) {
			if _, err := io.CopyN(io.Discard, r.Body, read); err != nil {
				t.Error(err)
			}
			if got := web.InfoFrom(r.Context()).BodyBytes; got != read {
				t.Errorf("%d bytes are counted, want %d", got, read)
			}
		})
	}
}

func TestPanicIsA500AndIsLoggedWithItsStack(t *testing.T) {
	t.Parallel()
	response, records := serve(t, httptest.NewRequest("GET", "http://example.org/", nil), func(http.ResponseWriter, *http.Request) { panic("SECRET") })
	body, _ := io.ReadAll(response.Body)
	if response.StatusCode != http.StatusInternalServerError || strings.Contains(string(body), "SECRET") {
		t.Errorf("%d %s", response.StatusCode, body)
	}
	if len(records) != 2 || records[0]["msg"] != "panic" || !strings.Contains(records[0]["stack"].(string), "middleware_test.go") {
		t.Fatalf("records = %v", records)
	}
	if line := records[1]; line["status"] != 500.0 || line["level"] != "ERROR" || line["error"] == nil || line["request_id"] != records[0]["request_id"] {
		t.Errorf("access line = %v", line)
	}
}

func TestPanicDuringAResponseIsLoggedWithItsStatus(t *testing.T) {
	t.Parallel()
	_, records := serve(t, httptest.NewRequest("GET", "http://example.org/", nil), func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, "half")
		panic("late")
	})
	if len(records) != 2 || records[1]["status"] != 200.0 || records[1]["error"] != "panic: late" || records[1]["bytes"] != 4.0 {
		t.Errorf("records = %v", records)
	}
}

func TestRequestOfADisconnectedClientIsLogged(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	_, records := serve(t, httptest.NewRequestWithContext(ctx, "GET", "http://example.org/", nil), func(_ http.ResponseWriter, r *http.Request) {
		cancel()
		<-r.Context().Done()
		panic(http.ErrAbortHandler)
	})
	if len(records) != 1 || records[0]["msg"] != "request" || records[0]["error"] != "panic: net/http: abort Handler" || records[0]["status"] != 0.0 {
		t.Errorf("records = %v", records)
	}
}

func TestClientsCannotForgeALogLine(t *testing.T) {
	t.Parallel()
	const forged = "/x\n{\"msg\":\"forged\"}\r\x1b[31m\\x1b[31m\u2028"
	for _, format := range []string{logging.JSON, logging.Text} {
		var output bytes.Buffer
		log := slog.New(logging.New(&output, format, true, slog.LevelDebug))
		r := httptest.NewRequest("GET", "http://example.org/", nil)
		r.URL.Path = forged
		r.Header.Set("X-Request-ID", "forged\nline")
		web.Chain(http.NotFoundHandler(), middleware.RequestInfo(nil), middleware.AccessLog(log, health.IsProbe)).ServeHTTP(httptest.NewRecorder(), r)
		if lines := strings.Count(output.String(), "\n"); lines != 1 || strings.Contains(output.String(), "\r") || strings.Contains(output.String(), "\x1b[31m") {
			t.Errorf("%s: %q", format, output.String())
		}
	}
}

func TestDeadlineReachesTheHandler(t *testing.T) {
	t.Parallel()
	serve(t, httptest.NewRequest("GET", "http://example.org/", nil), func(_ http.ResponseWriter, r *http.Request) {
		if deadline, ok := r.Context().Deadline(); !ok || time.Until(deadline) > time.Second {
			t.Errorf("deadline = %v, %v", deadline, ok)
		}
	})
}

func TestHostsThatAreNotAllowedGet421(t *testing.T) {
	t.Parallel()
	for host, want := range map[string]int{
		"example.org": 200, "example.org:8080": 200, "EXAMPLE.org": 200, "example.org.": 200, "[::1]:80": 200,
		"example.net": 200, "a.example.net": 200, "a.b.example.net": 200, "badexample.net": 421,
		"example.org.evil.net": 421, "evil.net": 421, "127.0.0.1": 421, "": 421, "user@example.org": 421, "example.org:80@evil.net": 421, "example.org:http": 421, "example.org/x": 421, "a b": 421,
	} {
		r := httptest.NewRequest("GET", "http://example.org/", nil)
		r.Host = host
		response, _ := serve(t, r, func(http.ResponseWriter, *http.Request) {})
		if response.StatusCode != want {
			t.Errorf("%q = %d, want %d", host, response.StatusCode, want)
		}
	}
}

func TestResponseCanBeFlushedThroughTheMiddlewares(t *testing.T) {
	t.Parallel()
	serve(t, httptest.NewRequest("GET", "http://example.org/", nil), func(w http.ResponseWriter, _ *http.Request) {
		if err := http.NewResponseController(w).Flush(); err != nil {
			t.Error(err)
		}
	})
}
