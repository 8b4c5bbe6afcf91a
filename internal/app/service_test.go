package app

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// TestMain has traces sent soon: the library reads that from the environment alone, and
// what is left for the end of a service may be given up.
func TestMain(m *testing.M) {
	os.Setenv("OTEL_BSP_SCHEDULE_DELAY", "100") //nolint:errcheck // the name is well formed
	m.Run()
}

// service is the program, running inside of the test.
type service struct {
	t     *testing.T
	url   string
	admin string
	stop  context.CancelFunc
	done  chan int

	mu      sync.Mutex
	records []map[string]any
	pending bytes.Buffer
}

// startService runs the program with these settings and flags, and returns when it
// serves.
func startService(t *testing.T, env map[string]string, flags ...string) *service {
	t.Helper()
	all := map[string]string{
		"ADDRESS": "127.0.0.1:0", "ADMIN_ADDRESS": "127.0.0.1:0", "DRAIN_DELAY": "0s", "LOG_LEVEL": "debug",
		"DATABASE_URL": "sqlite:" + filepath.Join(t.TempDir(), "service.db"), "DATABASE_MAX_CONNECTIONS": "4",
	}
	for name, value := range env {
		all[name] = value
	}
	ctx, stop := context.WithCancel(context.Background())
	s := &service{t: t, stop: stop, done: make(chan int, 1)}
	go func() {
		s.done <- run(ctx, testService, Process{
			Args: append([]string{"serve"}, flags...), Environment: variables(all), Stdin: strings.NewReader(""), Stdout: s, Stderr: t.Output(),
		})
	}()
	t.Cleanup(func() { s.exit() })
	serving := s.record("serving", nil)
	s.url = strings.TrimSuffix(serving["api"].(string), "/")
	s.admin = strings.TrimSuffix(serving["admin"].(string), "/")
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

// Write takes the log of the service: a record to a line. It prints warnings and errors,
// and with -v all of them.
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

// record waits for a record with that message for which match holds.
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

// reply is an answer that was read.
type reply struct {
	status int
	header http.Header
	body   string
}

// client uses a connection once, so that no idle one holds up a service's end.
var client = &http.Transport{DisableKeepAlives: true, ExpectContinueTimeout: 10 * time.Second}

// do sends a request. Headers are "Name: value".
func (s *service) do(method, target, body string, headers ...string) reply {
	s.t.Helper()
	if strings.HasPrefix(target, "/") {
		target = s.url + target
	}
	r, err := http.NewRequestWithContext(s.t.Context(), method, target, strings.NewReader(body))
	if err != nil {
		s.t.Fatal(err)
	}
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	for _, header := range headers {
		switch name, value, _ := strings.Cut(header, ": "); name {
		case "":
		case "Host":
			r.Host = value
		default:
			r.Header.Set(name, value)
		}
	}
	response, err := client.RoundTrip(r)
	if err != nil {
		s.t.Fatal(err)
	}
	defer response.Body.Close()
	if response.StatusCode == http.StatusSwitchingProtocols {
		return reply{response.StatusCode, response.Header, ""}
	}
	text, err := io.ReadAll(response.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	return reply{response.StatusCode, response.Header, string(text)}
}

func variables(env map[string]string) (all []string) {
	for name, value := range env {
		all = append(all, name+"="+value)
	}
	return all
}

// command runs the program and returns what it prints.
func command(t *testing.T, env map[string]string, stdin string, args ...string) (status int, stdout, stderr string) {
	t.Helper()
	return commandOf(t, testService, env, stdin, args...)
}

// commandOf is command of another service.
func commandOf(t *testing.T, service Service, env map[string]string, stdin string, args ...string) (status int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	status = run(t.Context(), service, Process{Args: args, Environment: variables(env), Stdin: strings.NewReader(stdin), Stdout: &out, Stderr: &errs})
	return status, out.String(), errs.String()
}
