package systemtest

import (
	"bytes"
	"errors"
	"io/fs"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"example.com/templatesite/internal/logtest"
	"example.com/templatesite/internal/processtest"
)

// Whoever starts a program may have closed its standard output. The next file that
// is opened, a database or a connection, must not be what the log is written to.
func TestLogOfAClosedStandardOutputIsWrittenToNoOtherFile(t *testing.T) {
	needOwn(t)
	for _, redirection := range []string{">&-", ">&- 2>&-", "<&- >&- 2>&-"} {
		t.Run(redirection, func(t *testing.T) {
			t.Parallel()
			dir, log := t.TempDir(), logtest.Listen(t, "127.0.0.1:0")
			database := "sqlite:" + filepath.Join(dir, "closed.db")
			p := startUnder(t, log, `exec "$0" serve `+redirection, database)
			for range 20 {
				call(t, "POST", p.URL+"/tweet/", `{"text":"kept"}`, http.StatusCreated, nil)
			}
			if err := p.Process.Signal(syscall.SIGTERM); err != nil {
				t.Fatal(err)
			}
			if status := wait(t, p); status != 0 {
				t.Errorf("exit status = %d", status)
			}
			if err := filepath.WalkDir(dir, holdsNoLog); err != nil {
				t.Error(err)
			}
			again, err := start(database, t.Output())
			if err != nil {
				t.Fatal(err)
			}
			defer again.Kill()
			var tweets []tweet
			get(t, again.URL+"/tweet/", http.StatusOK, &tweets)
			if len(tweets) != 22 {
				t.Errorf("%d tweets, want 22: two of the fixtures, and ours", len(tweets))
			}
		})
	}
}

// startUnder starts the service by a command of the shell, in which $0 is the program.
// Its log server is told the address.
func startUnder(t *testing.T, log *logtest.Server, command, database string) *processtest.Process {
	t.Helper()
	p := &processtest.Process{Cmd: exec.Command("sh", "-c", command, binary), Ended: make(chan struct{})}
	p.Env = processtest.Options{Database: database, Settings: []string{"SYSLOG_ADDRESS=" + log.URL()}}.Env()
	if err := p.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		_ = p.Cmd.Wait() // the test looks at ProcessState
		close(p.Ended)
	}()
	t.Cleanup(p.Kill)
	for p.URL == "" {
		if _, rest, found := strings.Cut(*log.Next(t).Message, "serving api="); found {
			url, _, _ := strings.Cut(rest, "/ ")
			p.URL = url
		}
	}
	return p
}

func holdsNoLog(name string, entry fs.DirEntry, err error) error {
	if err != nil || entry.IsDir() {
		return err
	}
	text, err := os.ReadFile(name)
	if err == nil && bytes.Contains(text, []byte(`"msg":`)) {
		err = errors.New("there is a record of the log in " + name)
	}
	return err
}
