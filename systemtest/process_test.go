package systemtest

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"example.com/templatesite/internal/processtest"
)

// start runs the service on a database, and returns when it serves.
func start(databaseURL string, stderr io.Writer, settings ...string) (*processtest.Process, error) {
	return processtest.Start(processtest.Options{Binary: binary, Database: databaseURL, Stderr: stderr, Settings: settings})
}

// wait returns the exit status.
func wait(t *testing.T, p *processtest.Process) int {
	t.Helper()
	status, err := p.Wait(20 * time.Second)
	if err != nil {
		t.Fatal(err)
	}
	return status
}

// own starts a service for one test, on a new SQLite file unless settings say
// otherwise.
func own(t *testing.T, file string, settings ...string) *processtest.Process {
	t.Helper()
	needOwn(t)
	if file == "" {
		file = filepath.Join(t.TempDir(), "own.db")
	}
	p, err := start("sqlite:"+file, t.Output(), settings...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Kill)
	return p
}

func needOwn(t *testing.T) {
	t.Helper()
	t.Parallel()
	if binary == "" {
		t.Skip("SYSTEM_TEST_URL is set: the process is not ours")
	}
}

// sendSecond sends a second signal: one within a second of the first counts as the same.
func sendSecond(t *testing.T, p *processtest.Process) {
	t.Helper()
	awaitDraining(t, p)
	time.Sleep(1100 * time.Millisecond)
	if err := p.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
}

// awaitDraining returns when the service has seen a signal.
func awaitDraining(t *testing.T, p *processtest.Process) {
	t.Helper()
	await(t, "draining", func() bool {
		response, err := http.Get(p.URL + "/healthcheck")
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
		return response.StatusCode == http.StatusServiceUnavailable
	})
}

// awaitClosed returns when the service takes no more connections.
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

func await(t *testing.T, state string, is func() bool) {
	t.Helper()
	for end := time.Now().Add(20 * time.Second); !is(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("the service is not %s", state)
		}
	}
}

func TestSignalLetsRequestsFinishAndEndsWithZero(t *testing.T) {
	for _, signal := range []os.Signal{syscall.SIGTERM, os.Interrupt} {
		t.Run(signal.String(), func(t *testing.T) {
			p := own(t, "", "DRAIN_DELAY=5s", "SHUTDOWN_TIMEOUT=30s", "REQUEST_TIMEOUT=60s")
			// A request is in flight as long as its body comes in.
			body, finish := io.Pipe()
			answered := make(chan error, 1)
			go func() {
				response, err := http.Post(p.URL+"/tweet/", "application/json", body)
				if err == nil && response.StatusCode != http.StatusCreated {
					err = errors.New(response.Status)
				}
				answered <- err
			}()
			fmt.Fprint(finish, `{"text":`)
			time.Sleep(100 * time.Millisecond)
			if err := p.Process.Signal(signal); err != nil {
				t.Fatal(err)
			}
			awaitDraining(t, p)
			var health struct{ Server struct{ Status string } }
			get(t, p.URL+"/healthcheck", http.StatusServiceUnavailable, &health)
			if health.Server.Status != "nok" {
				t.Errorf("health while draining = %+v", health)
			}
			get(t, p.URL+"/tweet/", http.StatusOK, nil) // balancers have not noticed yet
			awaitClosed(t, p)
			fmt.Fprint(finish, `"slow"}`)
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

func TestSecondSignalEndsAtOnceWithOne(t *testing.T) {
	p := own(t, "", "DRAIN_DELAY=30s")
	if err := p.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	sendSecond(t, p)
	if status := wait(t, p); status != 1 {
		t.Errorf("exit status = %d, want 1", status)
	}
}

// timeout(1) sends its signal to the process, and then to the group that both are in.
func TestSignalThatComesTwiceAtOnceLetsRequestsFinish(t *testing.T) {
	p := own(t, "", "DRAIN_DELAY=500ms")
	for range 5 {
		if err := p.Process.Signal(os.Interrupt); err != nil && !errors.Is(err, os.ErrProcessDone) {
			t.Fatal(err)
		}
		time.Sleep(5 * time.Millisecond)
	}
	get(t, p.URL+"/tweet/", http.StatusOK, nil)
	if status := wait(t, p); status != 0 {
		t.Errorf("exit status = %d, want 0", status)
	}
}

// heldPipe is full, and nobody reads it.
func heldPipe(t *testing.T) *os.File {
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

func TestEndDoesNotWaitForAReaderOfStandardError(t *testing.T) {
	needOwn(t)
	database := "sqlite:" + filepath.Join(t.TempDir(), "own.db")
	for name, tt := range map[string]struct {
		setting string
		signals int
	}{
		"second signal":      {"DRAIN_DELAY=10s", 2},
		"request is cut off": {"SHUTDOWN_TIMEOUT=600ms", 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p, err := start(database, heldPipe(t), tt.setting)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(p.Kill)
			body, _ := io.Pipe() // it never ends
			go func() { _, _ = http.Post(p.URL+"/tweet/", "application/json", body) }()
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

func TestSeveralFirstStartsOnOneFileAllServe(t *testing.T) {
	needOwn(t)
	file := filepath.Join(t.TempDir(), "shared.db")
	var group sync.WaitGroup
	for range 4 {
		group.Go(func() {
			p, err := start("sqlite:"+file, t.Output())
			if err != nil {
				t.Error(err)
				return
			}
			defer p.Kill()
			var tweets []tweet
			get(t, p.URL+"/tweet/", http.StatusOK, &tweets)
			if len(tweets) != 2 {
				t.Errorf("%d tweets, want the two of the fixtures", len(tweets))
			}
		})
	}
	group.Wait()
}

func TestLogOfAKilledServiceIsNotTakenForThatOfANewDatabase(t *testing.T) {
	file := filepath.Join(t.TempDir(), "removed.db")
	first := own(t, file)
	for range 30 {
		call(t, "POST", first.URL+"/tweet/", `{"text":"old"}`, http.StatusCreated, nil)
	}
	first.Kill()
	if err := os.Remove(file); err != nil {
		t.Fatal(err)
	}
	second, err := start("sqlite:"+file, t.Output())
	if err != nil {
		t.Fatal(err)
	}
	defer second.Kill()
	var tweets []tweet
	get(t, second.URL+"/tweet/", http.StatusOK, &tweets)
	if len(tweets) != 2 {
		t.Errorf("%d tweets, want the two of the fixtures", len(tweets))
	}
}

func TestKilledServiceKeepsWhatItAcknowledged(t *testing.T) {
	file := filepath.Join(t.TempDir(), "kept.db")
	first := own(t, file)
	var created tweet
	call(t, "POST", first.URL+"/tweet/", `{"text":"kept"}`, http.StatusCreated, &created)
	first.Kill()
	second, err := start("sqlite:"+file, t.Output())
	if err != nil {
		t.Fatal(err)
	}
	defer second.Kill()
	var got tweet
	get(t, fmt.Sprintf("%s/tweet/%d", second.URL, created.ID), http.StatusOK, &got)
	if got.Text != "kept" {
		t.Errorf("text = %q", got.Text)
	}
}
