// Package processtest builds the program and runs it as a process of its own, for
// tests that look at signals, exits, restarts and what breaks. Only tests import
// it. It knows the settings of the service, and nothing of its inside.
package processtest

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"example.com/templatesite/internal/envtest"
)

func init() { envtest.Clear() }

// Build compiles the program into dir, with flags of go build, and returns its path. It
// does not ask Git for the commit, which fails in a checkout that another user owns.
func Build(dir string, flags ...string) (string, error) {
	binary := filepath.Join(dir, "app")
	build := exec.Command("go", slices.Concat([]string{"build", "-buildvcs=false", "-o", binary}, flags, []string{"example.com/templatesite/cmd/app"})...)
	build.Env = envtest.Shell()
	if output, err := build.CombinedOutput(); err != nil {
		return "", fmt.Errorf("go build: %w\n%s", err, output)
	}
	return binary, nil
}

// Options say what to run, and how.
type Options struct {
	// Binary is the path of the program.
	Binary string
	// Database is its DATABASE_URL.
	Database string
	// Log is the file to which its standard output is appended; empty is one that
	// nobody else sees.
	Log string
	// Stderr gets its standard error; nil is nobody.
	Stderr io.Writer
	// Under is a command that runs the program for us, as strace does.
	Under []string
	// Settings are more of its environment, as NAME=value; the last one counts.
	Settings []string
}

// Process is the program, running.
type Process struct {
	*exec.Cmd
	// URL and Admin are its addresses, without a slash.
	URL, Admin string
	// Ended is closed when it is over.
	Ended chan struct{}
}

// Env is the environment of the program, which finds ports that are free.
func (o Options) Env() []string {
	env := append(envtest.Environ(), "ADDRESS=127.0.0.1:0", "ADMIN_ADDRESS=127.0.0.1:0", "DRAIN_DELAY=0s", "LOG_FORMAT=json", "DATABASE_URL="+o.Database)
	return append(env, o.Settings...)
}

// Start runs the service, and returns when it serves.
func Start(o Options) (*Process, error) {
	log, err := o.openLog()
	if err != nil {
		return nil, err
	}
	defer log.Close()
	if o.Log == "" {
		defer os.RemoveAll(log.Name())
	}
	before, err := log.Seek(0, io.SeekEnd)
	if err != nil {
		return nil, err
	}
	command := slices.Concat(o.Under, []string{o.Binary, "serve"})
	p := &Process{Cmd: exec.Command(command[0], command[1:]...), Ended: make(chan struct{})}
	p.Env, p.Stdout, p.Stderr = o.Env(), log, o.Stderr
	if err := p.Start(); err != nil {
		return nil, err
	}
	go func() {
		_ = p.Cmd.Wait() // the test looks at ProcessState
		close(p.Ended)
	}()
	return p, p.awaitServing(log, before)
}

func (o Options) openLog() (*os.File, error) {
	if o.Log == "" {
		return os.CreateTemp("", "service-*.log")
	}
	return os.OpenFile(o.Log, os.O_CREATE|os.O_RDWR|os.O_APPEND, 0o600)
}

// awaitServing looks for the record with the addresses in what the process has
// added to the log.
func (p *Process) awaitServing(log *os.File, from int64) error {
	for end := time.Now().Add(30 * time.Second); time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
		if p.findAddresses(io.NewSectionReader(log, from, 1<<20)) {
			return nil
		}
		select {
		case <-p.Ended:
			return errors.New("the service ended before it served")
		default:
		}
	}
	p.Kill()
	return errors.New("the service does not serve")
}

func (p *Process) findAddresses(log io.Reader) bool {
	for lines := bufio.NewScanner(log); lines.Scan(); {
		var record struct{ Msg, API, Admin string }
		if err := json.Unmarshal(lines.Bytes(), &record); err == nil && record.Msg == "serving" {
			p.URL, p.Admin = strings.TrimSuffix(record.API, "/"), strings.TrimSuffix(record.Admin, "/")
			return true
		}
	}
	return false
}

// Kill ends the process at once, as kill -9, and waits for that.
func (p *Process) Kill() {
	_ = p.Process.Kill() // it may have ended already
	<-p.Ended
}

// Wait returns the exit status, or an error when it does not end in that time.
func (p *Process) Wait(timeout time.Duration) (status int, err error) {
	select {
	case <-p.Ended:
		return p.ProcessState.ExitCode(), nil
	case <-time.After(timeout):
		return -1, fmt.Errorf("the service does not end in %v", timeout)
	}
}
