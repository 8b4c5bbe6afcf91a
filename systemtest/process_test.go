package systemtest

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"example.com/templatesite/internal/databasetest"
	"example.com/templatesite/internal/processtest"
	"example.com/templatesite/internal/webtest"
)

// start runs the service on a database and returns once it serves.
func start(databaseURL string, stderr io.Writer, settings ...string) (*processtest.Process, error) {
	return processtest.Start(processtest.Options{Binary: binary, Database: databaseURL, Stderr: stderr, Settings: settings})
}

// wait waits for the exit and returns the status.
func wait(t *testing.T, p *processtest.Process) int {
	t.Helper()
	status, err := p.Wait(20 * time.Second)
	if err != nil {
		t.Fatal(err)
	}
	return status
}

// fill migrates a new database and loads the fixtures.
func fill(database string) error {
	for _, name := range []string{"migrate", "loaddata"} {
		command := exec.Command(binary, name)
		command.Env = processtest.Options{Database: database}.Env()
		if output, err := command.CombinedOutput(); err != nil {
			return fmt.Errorf("app %s: %w: %s", name, err, output)
		}
	}
	return nil
}

// emptyDatabase returns the URL of a new database.
func emptyDatabase(t *testing.T) string {
	t.Helper()
	url, remove, err := databasetest.Make()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := remove(); err != nil {
			t.Error(err)
		}
	})
	return url
}

// newDatabase returns the URL of a new database with the fixtures.
func newDatabase(t *testing.T) string {
	t.Helper()
	url := emptyDatabase(t)
	if err := fill(url); err != nil {
		t.Fatal(err)
	}
	return url
}

// serveNew starts a service for one test on a database of its own with the fixtures.
func serveNew(t *testing.T, settings ...string) *processtest.Process {
	t.Helper()
	needBinary(t)
	return serve(t, newDatabase(t), settings...)
}

// serve starts a service that ends with the test.
func serve(t *testing.T, databaseURL string, settings ...string) *processtest.Process {
	t.Helper()
	p, err := start(databaseURL, t.Output(), settings...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Kill)
	return p
}

// needBinary makes the test parallel, and skips it if the program was not built.
func needBinary(t *testing.T) {
	t.Helper()
	t.Parallel()
	if binary == "" {
		t.Skip("SYSTEM_TEST_URL is set: this test needs control of the process")
	}
}

// sendSecond sends a second signal after more than a second: an earlier one would count as a
// repetition of the first.
func sendSecond(t *testing.T, p *processtest.Process) {
	t.Helper()
	awaitDraining(t, p)
	time.Sleep(1100 * time.Millisecond)
	if err := p.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
}

// awaitDraining returns once the service has received a signal.
func awaitDraining(t *testing.T, p *processtest.Process) {
	t.Helper()
	await(t, "draining", func() bool {
		return webtest.At(t, p.URL).Do("GET", "/healthcheck", "").Status == http.StatusServiceUnavailable
	})
}

// awaitClosed returns once the service accepts no more connections.
func awaitClosed(t *testing.T, p *processtest.Process) {
	t.Helper()
	await(t, "closed", func() bool {
		conn, err := net.Dial("tcp", strings.TrimPrefix(p.URL, "http://"))
		if err == nil {
			conn.Close()
		}
		return errors.Is(err, syscall.ECONNREFUSED)
	})
}

func await(t *testing.T, state string, reached func() bool) {
	t.Helper()
	for end := time.Now().Add(20 * time.Second); !reached(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("the service is not %s", state)
		}
	}
}

func TestSignalFinishesRequestsAndExitsWithZero(t *testing.T) {
	for _, signal := range []os.Signal{syscall.SIGTERM, os.Interrupt} {
		t.Run(signal.String(), func(t *testing.T) {
			p := serveNew(t, "DRAIN_DELAY=5s", "SHUTDOWN_TIMEOUT=30s", "REQUEST_TIMEOUT=60s")
			resource, c := needResource(t), webtest.At(t, p.URL)
			row := resource.Body("slow")
			// A request is in flight until its whole body has arrived.
			body, finish := io.Pipe()
			answered := make(chan error, 1)
			go func() {
				response, err := http.Post(p.URL+resource.Path, "application/json", body)
				if err == nil && response.StatusCode != http.StatusCreated {
					err = errors.New(response.Status)
				}
				answered <- err
			}()
			fmt.Fprint(finish, row[:1])
			time.Sleep(100 * time.Millisecond)
			if err := p.Process.Signal(signal); err != nil {
				t.Fatal(err)
			}
			awaitDraining(t, p)
			type draining struct{ Server struct{ Status string } }
			health := webtest.JSON[draining](t, c.Want(http.StatusServiceUnavailable, "GET", "/healthcheck", ""))
			if health.Server.Status != "nok" {
				t.Errorf("health while draining = %+v", health)
			}
			c.Want(http.StatusOK, "GET", resource.Path, "") // load balancers still send requests
			awaitClosed(t, p)
			fmt.Fprint(finish, row[1:])
			finish.Close()
			if err := <-answered; err != nil {
				t.Errorf("the request in flight: %v", err)
			}
			if status := wait(t, p); status != 0 {
				t.Errorf("exit status = %d", status)
			}
		})
	}
}

func TestSecondSignalExitsAtOnceWithOne(t *testing.T) {
	p := serveNew(t, "DRAIN_DELAY=30s")
	if err := p.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	sendSecond(t, p)
	if status := wait(t, p); status != 1 {
		t.Errorf("exit status = %d, want 1", status)
	}
}

// timeout(1) sends its signal to the process and then to the group that both are in.
func TestRepeatedSignalsWithinASecondCountAsOne(t *testing.T) {
	p := serveNew(t, "DRAIN_DELAY=500ms")
	for range 5 {
		if err := p.Process.Signal(os.Interrupt); err != nil && !errors.Is(err, os.ErrProcessDone) {
			t.Fatal(err)
		}
		time.Sleep(5 * time.Millisecond)
	}
	webtest.At(t, p.URL).Want(http.StatusOK, "GET", "/openapi.json", "")
	if status := wait(t, p); status != 0 {
		t.Errorf("exit status = %d, want 0", status)
	}
}

// fullPipe returns a pipe that is full and has no active reader.
func fullPipe(t *testing.T) *os.File {
	t.Helper()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.Close(); w.Close() })
	if err := w.SetWriteDeadline(time.Now().Add(100 * time.Millisecond)); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write(make([]byte, 1<<20)); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Fatalf("the pipe is not full: %v", err)
	}
	return w
}

func TestExitDoesNotWaitForAReaderOfStandardError(t *testing.T) {
	needBinary(t)
	resource := needResource(t)
	database := newDatabase(t)
	for name, tt := range map[string]struct {
		setting string
		signals int
	}{
		"second signal":       {"DRAIN_DELAY=10s", 2},
		"interrupted request": {"SHUTDOWN_TIMEOUT=600ms", 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p, err := start(database, fullPipe(t), tt.setting)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(p.Kill)
			body, _ := io.Pipe() // never ends
			go func() { _, _ = http.Post(p.URL+resource.Path, "application/json", body) }()
			time.Sleep(200 * time.Millisecond)
			if err := p.Process.Signal(syscall.SIGTERM); err != nil {
				t.Fatal(err)
			}
			if tt.signals > 1 {
				sendSecond(t, p)
			}
			if status, err := p.Wait(5 * time.Second); err != nil || status != 1 {
				t.Errorf("exit status = %d, want 1: %v", status, err)
			}
		})
	}
}
