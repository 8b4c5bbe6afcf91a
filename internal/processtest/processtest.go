// Package processtest builds the program and runs it as a process, for tests of signals, exits,
// restarts and failures. Only tests import it. It knows the settings of the service, but not
// its packages.
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

// Build compiles the program into dir with flags of go build, and returns its path. It does not
// read the commit from Git, which fails in a checkout that another user owns.
func Build(dir string, flags ...string) (string, error) {
	binary := filepath.Join(dir, "app")
	build := exec.Command("go", slices.Concat([]string{"build", "-buildvcs=false", "-o", binary}, flags, []string{"example.com/templatesite/cmd/app"})...)
	build.Env = envtest.Shell()
	if output, err := build.CombinedOutput(); err != nil {
		return "", fmt.Errorf("go build: %w\n%s", err, output)
	}
	return binary, nil
}

// Options are the options of a process.
type Options struct {
	// Binary is the path of the program.
	Binary string
	// Database is its DATABASE_URL.
	Database string
	// Log is the file to which its standard output is appended. If empty, the output is discarded.
	Log string
	// Stderr receives its standard error. It may be nil.
	Stderr io.Writer
	// Under is a command that runs the program, such as strace with its flags.
	Under []string
	// Settings are additional variables, as NAME=value. The last value of a name counts.
	Settings []string
}

// Process is a running program.
type Process struct {
	*exec.Cmd
	// URL is the URL of its API, without a final slash.
	URL string
	// Admin is the same of its admin address.
	Admin string // feature: admin
	// Ended is closed when the process has ended.
	Ended chan struct{}
}

// Env returns the environment of the program, which listens on free ports.
func (o Options) Env() []string {
	env := append(envtest.Environ(), "ADDRESS=127.0.0.1:0", "DRAIN_DELAY=0s", "LOG_FORMAT=json", "DATABASE_URL="+o.Database)
	env = append(env, "ADMIN_ADDRESS=127.0.0.1:0") // feature: admin
	return append(env, o.Settings...)
}

// Start starts the service, and returns when it serves. The caller ends the process.
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
		_ = p.Cmd.Wait() // the error is also in ProcessState
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

// awaitServing waits for the record with the addresses in the log after from.
func (p *Process) awaitServing(log *os.File, from int64) error {
	for end := time.Now().Add(30 * time.Second); time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
		if p.findAddresses(io.NewSectionReader(log, from, 1<<20)) {
			return nil
		}
		select {
		case <-p.Ended:
			return errors.New("the service ended before it was serving")
		default:
		}
	}
	p.Kill()
	return errors.New("the service did not start serving in time")
}

func (p *Process) findAddresses(log io.Reader) bool {
	for lines := bufio.NewScanner(log); lines.Scan(); {
		var record struct {
			Msg, API string
			Admin    string // feature: admin
		}
		if err := json.Unmarshal(lines.Bytes(), &record); err == nil && record.Msg == "serving" {
			p.URL = strings.TrimSuffix(record.API, "/")
			p.Admin = strings.TrimSuffix(record.Admin, "/") // feature: admin
			return true
		}
	}
	return false
}

// Kill kills the process, as kill -9 does, and waits until it has ended.
func (p *Process) Kill() {
	_ = p.Process.Kill() // it may have ended already
	<-p.Ended
}

// Wait waits for the end of the process, and returns its exit status.
func (p *Process) Wait(timeout time.Duration) (status int, err error) {
	select {
	case <-p.Ended:
		return p.ProcessState.ExitCode(), nil
	case <-time.After(timeout):
		return -1, fmt.Errorf("the service did not end within %v", timeout)
	}
}
