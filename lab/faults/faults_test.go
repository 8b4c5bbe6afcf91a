// Package faults tests the promises of docs/operations.md by breaking the service and what it
// depends on: it kills real processes, stops a real PostgreSQL server, fills disks and cuts
// connections.
//
// It takes minutes, so it runs only if FAULTS is set: to "all", or to "ci" for fewer rounds and cases. At
// the end it prints a table of the results; a broken promise fails its test.
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

// binary is the path of the built program, or empty if FAULTS is not set.
var binary string

func TestMain(m *testing.M) { os.Exit(run(m)) }

func run(m *testing.M) int {
	if os.Getenv("FAULTS") == "" {
		return m.Run() // every test is skipped
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

// requireFaults skips the test unless FAULTS is set. Every test begins with it.
func requireFaults(t *testing.T) {
	t.Helper()
	if binary == "" {
		t.Skip("FAULTS is not set: make -C lab faults runs this")
	}
}

// inCI reports whether FAULTS is "ci": nothing may be missing, and there is less time.
func inCI() bool { return os.Getenv("FAULTS") == "ci" }

// rounds returns the number of repetitions.
func rounds(ci, all int) int {
	if inCI() {
		return ci
	}
	return all
}

// service is a running process of the program.
type service struct {
	*processtest.Process
	options processtest.Options
}

// startService starts the service with settings of the form NAME=value. Restarts append to the
// same log file. The service is killed when the test ends.
func startService(t *testing.T, database string, settings ...string) *service {
	t.Helper()
	return startWrapped(t, nil, database, settings...)
}

// startWrapped starts the service through a wrapper command such as prlimit.
func startWrapped(t *testing.T, wrapper []string, database string, settings ...string) *service {
	t.Helper()
	s := &service{options: processtest.Options{
		Binary: binary, Database: database, Log: filepath.Join(t.TempDir(), "log"), Stderr: t.Output(), Under: wrapper, Settings: settings,
	}}
	s.restart(t)
	t.Cleanup(func() { s.Kill() })
	return s
}

// restart starts the service, the second time on the addresses of the process that has ended.
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

// log returns the complete lines that the service has logged so far.
func (s *service) log(t *testing.T) string {
	t.Helper()
	time.Sleep(50 * time.Millisecond) // the service writes its log in the background, 20 ms later
	text, err := os.ReadFile(s.options.Log)
	if err != nil {
		t.Fatal(err)
	}
	return string(text[:bytes.LastIndexByte(text, '\n')+1])
}

// gauges returns the metrics without labels by name.
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

// newSQLite returns a DATABASE_URL for a file that does not exist yet.
func newSQLite(t *testing.T) string {
	return "sqlite:" + filepath.Join(t.TempDir(), "faults.db")
}

// newPostgres starts a server for this test and loads the fixtures into a database. It returns the
// server and the DATABASE_URL.
func newPostgres(t *testing.T, options ...string) (*postgrestest.Server, string) {
	t.Helper()
	server := postgrestest.New(t, options...)
	url := server.URL("postgres")
	command(t, url, "migrate")
	command(t, url, "loaddata")
	return server, url
}

// command runs the program with these arguments. It fails the test if the command fails.
func command(t *testing.T, database string, arguments ...string) {
	t.Helper()
	output, err := appCommand(database, arguments...).CombinedOutput()
	if err != nil {
		t.Fatalf("app %s: %v\n%s", strings.Join(arguments, " "), err, output)
	}
}

// skipOutsideCI skips a test whose requirements are missing. In CI it fails the test instead.
func skipOutsideCI(t *testing.T, reason string) {
	t.Helper()
	if inCI() {
		t.Fatal(reason)
	}
	t.Skip(reason)
}
