// Package faults breaks what the service stands on, and itself, and holds it to
// its promises (docs/operations.md): real processes, real signals, a PostgreSQL
// server of our own, connections that are cut.
//
// It takes minutes, so it only runs when FAULTS says so: "all", or "ci" for fewer
// rounds. At the end it prints a table; a figure that misses fails its test.
package faults

import (
	"bufio"
	"bytes"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"example.com/templatesite/internal/postgrestest"
	"example.com/templatesite/internal/processtest"
)

// binary is the program.
var binary string

func TestMain(m *testing.M) { os.Exit(run(m)) }

func run(m *testing.M) int {
	if os.Getenv("FAULTS") == "" {
		return m.Run() // which skips
	}
	dir, err := os.MkdirTemp("", "faults-")
	if err == nil {
		defer os.RemoveAll(dir)
		binary, err = processtest.Build(dir)
	}
	if err == nil {
		err = discover(dir)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer printTable()
	return m.Run()
}

// need skips a test unless faults are asked for. Every test begins with it.
func need(t *testing.T) {
	t.Helper()
	if binary == "" {
		t.Skip("FAULTS is not set: make faults runs this")
	}
}

// rounds returns how often to repeat something: less in CI than when all is asked for.
func rounds(ci, all int) int {
	if os.Getenv("FAULTS") == "ci" {
		return ci
	}
	return all
}

// service is the program, running on a database.
type service struct {
	*processtest.Process
	options processtest.Options
}

// startService starts the service with settings of the form NAME=value. Its log is
// kept in a file over restarts; it ends with the test.
func startService(t *testing.T, database string, settings ...string) *service {
	t.Helper()
	return startServiceUnder(t, nil, database, settings...)
}

// startServiceUnder starts the service by a command that runs others, as prlimit does.
func startServiceUnder(t *testing.T, under []string, database string, settings ...string) *service {
	t.Helper()
	s := &service{options: processtest.Options{
		Binary: binary, Database: database, Log: filepath.Join(t.TempDir(), "log"), Stderr: t.Output(), Under: under, Settings: settings,
	}}
	s.restart(t)
	t.Cleanup(func() { s.Kill() })
	return s
}

// restart starts the service again, after it has ended, on the same addresses.
func (s *service) restart(t *testing.T) {
	t.Helper()
	if s.Process != nil {
		s.options.Settings = append(s.options.Settings,
			"ADDRESS="+strings.TrimPrefix(s.URL, "http://"), "ADMIN_ADDRESS="+strings.TrimPrefix(s.Admin, "http://"))
	}
	p, err := processtest.Start(s.options)
	if err != nil {
		t.Fatal(err)
	}
	s.Process = p
}

// signal sends the service a signal.
func (s *service) signal(t *testing.T, signal syscall.Signal) {
	t.Helper()
	if err := s.Process.Process.Signal(signal); err != nil {
		t.Fatal(err)
	}
}

// log returns the lines that the service has written to its standard output so far.
func (s *service) log(t *testing.T) string {
	t.Helper()
	time.Sleep(50 * time.Millisecond) // it is written in the background, 20 ms late
	text, err := os.ReadFile(s.options.Log)
	if err != nil {
		t.Fatal(err)
	}
	return string(text[:bytes.LastIndexByte(text, '\n')+1])
}

// gauges returns the metrics of the service that have no labels.
func gauges(t *testing.T, s *service) map[string]float64 {
	t.Helper()
	response, err := http.Get(s.Admin + "/metrics")
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	values := map[string]float64{}
	for lines := bufio.NewScanner(response.Body); lines.Scan(); {
		var value float64
		name, rest, _ := strings.Cut(lines.Text(), " ")
		if _, err := fmt.Sscan(rest, &value); err == nil {
			values[name] = value
		}
	}
	return values
}

// newSQLite returns the DATABASE_URL of a file that is not there yet.
func newSQLite(t *testing.T) string {
	return "sqlite:" + filepath.Join(t.TempDir(), "faults.db")
}

// newPostgres starts a server for one test, with a database that has the fixtures, and
// returns the DATABASE_URL of that, too.
func newPostgres(t *testing.T, options ...string) (*postgrestest.Server, string) {
	t.Helper()
	server := postgrestest.New(t, options...)
	url := server.URL("postgres")
	command(t, url, "migrate")
	command(t, url, "loaddata")
	return server, url
}

// command runs another command of the program, which must succeed.
func command(t *testing.T, database string, arguments ...string) {
	t.Helper()
	output, err := appCommand(database, arguments...).CombinedOutput()
	if err != nil {
		t.Fatalf("app %s: %v\n%s", strings.Join(arguments, " "), err, output)
	}
}

// missing ends a test that lacks something: as skipped, but as failed in CI.
func missing(t *testing.T, reason string) {
	t.Helper()
	if os.Getenv("FAULTS") == "ci" {
		t.Fatal(reason)
	}
	t.Skip(reason)
}
