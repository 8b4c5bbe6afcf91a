package systemtest

import (
	"bytes"
	"errors"
	"fmt"
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
	"example.com/templatesite/internal/webtest"
)

// A program may be started with its standard output closed. The next file that it opens, such as a
// database or a connection, gets that descriptor and must not receive the log.
func TestClosedStandardOutputSendsTheLogToNoOtherFile(t *testing.T) {
	needBinary(t)
	resource := needResource(t)
	fixtures := countFixtures(t, resource)
	for _, redirection := range []string{">&-", ">&- 2>&-", "<&- >&- 2>&-"} {
		t.Run(redirection, func(t *testing.T) {
			t.Parallel()
			dir, log := t.TempDir(), logtest.Listen(t, "127.0.0.1:0")
			database := "sqlite:" + filepath.Join(dir, "closed.db")
			p := startUnder(t, log, `exec "$0" serve `+redirection, database)
			const created = 20
			for i := range created {
				create(t, webtest.At(t, p.URL), resource, fmt.Sprintf("kept %d", i))
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
			webtest.At(t, serve(t, database).URL).Want(http.StatusOK, "GET", resource.Path, "")
			if got, want := countRows(t, database, resource), fixtures+created; got != want {
				t.Errorf("there are %d rows, want %d", got, want)
			}
		})
	}
}

// startUnder starts the service with a shell command in which $0 is the program. The log
// server receives the URL, as standard output may be closed.
func startUnder(t *testing.T, log *logtest.Server, command, database string) *processtest.Process {
	t.Helper()
	p := &processtest.Process{Cmd: exec.Command("sh", "-c", command, binary), Ended: make(chan struct{})}
	p.Env = processtest.Options{Database: database, Settings: []string{"SYSLOG_ADDRESS=" + log.URL()}}.Env()
	if err := p.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		_ = p.Cmd.Wait() // the test reads ProcessState
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
		err = errors.New(name + " contains a log record")
	}
	return err
}
