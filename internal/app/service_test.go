package app

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"example.com/templatesite/internal/databasetest"
	"example.com/templatesite/internal/webtest"
)

func TestMain(m *testing.M) {
	// Traces are sent every 100 ms instead of every 5 s. The library takes that from the
	// environment only.
	os.Setenv("OTEL_BSP_SCHEDULE_DELAY", "100") //nolint:errcheck // the name is well formed // feature: traces
	flag.Parse()
	// Most tests wait for timeouts, browsers and databases, so more of them than there are CPUs
	// run at a time, unless -parallel says otherwise.
	if parallel := flag.Lookup("test.parallel"); parallel.Value.String() == parallel.DefValue {
		_ = parallel.Value.Set(strconv.Itoa(2 * runtime.GOMAXPROCS(0))) // it is a number
	}
	m.Run()
}

// service is the program, running inside the test, and a client of its API.
type service struct {
	*webtest.Client
	t     *testing.T
	url   string
	admin string // feature: admin
	stop  context.CancelFunc
	done  chan int

	mu      sync.Mutex
	records []map[string]any
	pending bytes.Buffer
}

// startService runs the program with these settings and flags, and returns once it serves.
// The service has a database with the fixtures unless DATABASE_URL is set.
func startService(t *testing.T, env map[string]string, flags ...string) *service {
	t.Helper()
	return startServiceOf(t, testService, env, flags...)
}

// startServiceOf is startService for another service.
func startServiceOf(t *testing.T, what Service, env map[string]string, flags ...string) *service {
	t.Helper()
	all := map[string]string{
		"ADDRESS": "127.0.0.1:0", "DRAIN_DELAY": "0s", "LOG_LEVEL": "debug",
		"ADMIN_ADDRESS":            "127.0.0.1:0", // feature: admin
		"DATABASE_MAX_CONNECTIONS": "4",
	}
	if env["DATABASE_URL"] == "" {
		all["DATABASE_URL"] = databasetest.URL(t, filledDB(t))
	}
	for name, value := range env {
		all[name] = value
	}
	ctx, stop := context.WithCancel(context.Background())
	s := &service{t: t, stop: stop, done: make(chan int, 1)}
	go func() {
		s.done <- run(ctx, what, Process{
			Args: append([]string{"serve"}, flags...), Environment: variables(all), Stdin: strings.NewReader(""), Stdout: s, Stderr: t.Output(),
		})
	}()
	t.Cleanup(func() { s.exit() })
	serving := s.record("serving", nil)
	s.url = strings.TrimSuffix(serving["api"].(string), "/")
	s.Client = webtest.At(t, s.url)
	s.admin = strings.TrimSuffix(serving["admin"].(string), "/") // feature: admin
	return s
}

// exit stops the service and returns its exit status.
func (s *service) exit() int {
	s.stop()
	select {
	case status := <-s.done:
		s.done <- status
		return status
	case <-time.After(15 * time.Second):
		s.t.Error("the service does not stop")
		return -1
	}
}

// Write receives the log of the service, one JSON record per line. It prints warnings and
// errors, and all records with -v.
func (s *service) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.pending.Write(p)
	for {
		line, err := s.pending.ReadBytes('\n')
		if errors.Is(err, io.EOF) {
			s.pending.Write(line)
			return len(p), nil
		}
		var record map[string]any
		if err := json.Unmarshal(line, &record); err != nil {
			s.t.Errorf("the log has a line that is not JSON: %q", line)
		}
		if level := record["level"]; testing.Verbose() || level == "WARN" || level == "ERROR" {
			fmt.Fprintf(s.t.Output(), "%s", line)
		}
		s.records = append(s.records, record)
	}
}

// record waits for a log record with that message that match accepts.
func (s *service) record(message string, match func(map[string]any) bool) map[string]any {
	s.t.Helper()
	for range 1000 {
		s.mu.Lock()
		for _, record := range s.records {
			if record["msg"] == message && (match == nil || match(record)) {
				s.mu.Unlock()
				return record
			}
		}
		s.mu.Unlock()
		select {
		case status := <-s.done:
			s.done <- status
			s.t.Fatalf("the service ended with status %d", status)
		case <-time.After(10 * time.Millisecond):
		}
	}
	s.t.Fatalf("the log has no record %q", message)
	return nil
}

// transport uses each connection once: an idle one would delay the end of a service.
var transport = &http.Transport{DisableKeepAlives: true}

func variables(env map[string]string) (all []string) {
	for name, value := range env {
		all = append(all, name+"="+value)
	}
	return all
}

// command runs the program to its end and returns its exit status and output.
func command(t *testing.T, env map[string]string, stdin string, args ...string) (status int, stdout, stderr string) {
	t.Helper()
	return commandOf(t, testService, env, stdin, args...)
}

// commandOf is command for another service.
func commandOf(t *testing.T, service Service, env map[string]string, stdin string, args ...string) (status int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	status = run(t.Context(), service, Process{Args: args, Environment: variables(env), Stdin: strings.NewReader(stdin), Stdout: &out, Stderr: &errs})
	return status, out.String(), errs.String()
}
