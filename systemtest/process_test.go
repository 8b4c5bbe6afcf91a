package systemtest

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// process is the program, running.
type process struct {
	*exec.Cmd
	url, admin string
	ended      chan struct{}
}

// start runs the service on a database, and returns when it serves.
func start(databaseURL string, stderr io.Writer, settings ...string) (*process, error) {
	cmd := exec.Command(binary, "serve")
	cmd.Env = append(os.Environ(), "ADDRESS=127.0.0.1:0", "ADMIN_ADDRESS=127.0.0.1:0", "DRAIN_DELAY=0s", "LOG_FORMAT=json", "DATABASE_URL="+databaseURL)
	cmd.Env = append(cmd.Env, settings...)
	cmd.Stderr = stderr
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	p := &process{Cmd: cmd, ended: make(chan struct{})}
	serving := make(chan [2]string, 1)
	go func() {
		lines := bufio.NewScanner(stdout)
		for lines.Scan() {
			var record struct{ Msg, API, Admin string }
			if err := json.Unmarshal(lines.Bytes(), &record); err == nil && record.Msg == "serving" {
				serving <- [2]string{record.API, record.Admin}
			}
		}
		_ = cmd.Wait() // the test looks at ProcessState
		close(p.ended)
	}()
	select {
	case urls := <-serving:
		p.url, p.admin = strings.TrimSuffix(urls[0], "/"), strings.TrimSuffix(urls[1], "/")
		return p, nil
	case <-p.ended:
		return nil, errors.New("the service ended before it served")
	case <-time.After(30 * time.Second):
		p.kill()
		return nil, errors.New("the service does not serve")
	}
}

func (p *process) kill() {
	_ = p.Process.Kill() // it may have ended already
	<-p.ended
}

// wait returns the exit status.
func (p *process) wait(t *testing.T) int {
	t.Helper()
	select {
	case <-p.ended:
		return p.ProcessState.ExitCode()
	case <-time.After(20 * time.Second):
		t.Fatal("the service does not end")
		return -1
	}
}

// own starts a service for one test, on a new SQLite file unless settings say
// otherwise.
func own(t *testing.T, file string, settings ...string) *process {
	t.Helper()
	needOwn(t)
	if file == "" {
		file = filepath.Join(t.TempDir(), "own.db")
	}
	p, err := start("sqlite:"+file, t.Output(), settings...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.kill)
	return p
}

func needOwn(t *testing.T) {
	t.Helper()
	t.Parallel()
	if binary == "" {
		t.Skip("SYSTEM_TEST_URL is set: the process is not ours")
	}
}

func TestSignalLetsRequestsFinishAndEndsWithZero(t *testing.T) {
	for _, signal := range []os.Signal{syscall.SIGTERM, os.Interrupt} {
		t.Run(signal.String(), func(t *testing.T) {
			p := own(t, "", "DRAIN_DELAY=500ms")
			// A request is in flight as long as its body comes in.
			body, finish := io.Pipe()
			answered := make(chan error, 1)
			go func() {
				response, err := http.Post(p.url+"/tweet/", "application/json", body)
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
			time.Sleep(100 * time.Millisecond)
			var health struct{ Server struct{ Status string } }
			get(t, p.url+"/healthcheck", http.StatusServiceUnavailable, &health)
			if health.Server.Status != "nok" {
				t.Errorf("health while draining = %+v", health)
			}
			get(t, p.url+"/tweet/", http.StatusOK, nil) // balancers have not noticed yet
			time.Sleep(time.Second)
			fmt.Fprint(finish, `"slow"}`)
			finish.Close()
			if err := <-answered; err != nil {
				t.Errorf("the request in flight: %v", err)
			}
			if status := p.wait(t); status != 0 {
				t.Errorf("exit status = %d", status)
			}
		})
	}
}

func TestSecondSignalEndsAtOnceWithOne(t *testing.T) {
	p := own(t, "", "DRAIN_DELAY=10s")
	for range 2 {
		if err := p.Process.Signal(syscall.SIGTERM); err != nil {
			t.Fatal(err)
		}
		time.Sleep(200 * time.Millisecond)
	}
	if status := p.wait(t); status != 1 {
		t.Errorf("exit status = %d, want 1", status)
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
			defer p.kill()
			var tweets []tweet
			get(t, p.url+"/tweet/", http.StatusOK, &tweets)
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
		call(t, "POST", first.url+"/tweet/", `{"text":"old"}`, http.StatusCreated, nil)
	}
	first.kill()
	if err := os.Remove(file); err != nil {
		t.Fatal(err)
	}
	second, err := start("sqlite:"+file, t.Output())
	if err != nil {
		t.Fatal(err)
	}
	defer second.kill()
	var tweets []tweet
	get(t, second.url+"/tweet/", http.StatusOK, &tweets)
	if len(tweets) != 2 {
		t.Errorf("%d tweets, want the two of the fixtures", len(tweets))
	}
}

func TestKilledServiceKeepsWhatItAcknowledged(t *testing.T) {
	file := filepath.Join(t.TempDir(), "kept.db")
	first := own(t, file)
	var created tweet
	call(t, "POST", first.url+"/tweet/", `{"text":"kept"}`, http.StatusCreated, &created)
	first.kill()
	second, err := start("sqlite:"+file, t.Output())
	if err != nil {
		t.Fatal(err)
	}
	defer second.kill()
	var got tweet
	get(t, fmt.Sprintf("%s/tweet/%d", second.url, created.ID), http.StatusOK, &got)
	if got.Text != "kept" {
		t.Errorf("text = %q", got.Text)
	}
}
