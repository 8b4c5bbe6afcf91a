// Package postgrestest runs PostgreSQL servers that tests may stop, freeze and kill: on
// loopback, with Debian's programs, with fsync as in production, and deleted afterwards.
// Only tests and the lab import it.
//
// Tests that only need a database of their own use databasetest.
package postgrestest

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"example.com/templatesite/internal/envtest"
)

var (
	// ErrNotInstalled is the error of Start on a machine without PostgreSQL's programs.
	ErrNotInstalled = errors.New("no PostgreSQL server is installed in /usr/lib/postgresql")
	errEnded        = errors.New("PostgreSQL has ended")
)

// Server is one server and its data.
type Server struct {
	// Port is where it listens on 127.0.0.1.
	Port string

	bin, dir string
	options  []string
	cmd      *exec.Cmd
	ended    chan struct{}
}

// Start makes a new cluster and runs a server on it, with options in the form name=value.
// The caller closes it.
func Start(ctx context.Context, options ...string) (*Server, error) {
	s, err := newServer(options)
	if err != nil {
		return nil, err
	}
	err = s.run(ctx, "initdb", "-D", s.data(), "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync")
	if err == nil {
		err = s.launch(ctx)
	}
	if err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

// New starts a server for one test. Where PostgreSQL is not installed, the test is skipped,
// or fails with REQUIRE_POSTGRES_SERVER=1.
func New(t *testing.T, options ...string) *Server {
	t.Helper()
	s, err := Start(t.Context(), options...)
	if errors.Is(err, ErrNotInstalled) && os.Getenv("REQUIRE_POSTGRES_SERVER") != "1" {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// Standby starts a standby that replicates the server until it is promoted.
func (s *Server) Standby(ctx context.Context) (*Server, error) {
	standby, err := newServer(s.options)
	if err != nil {
		return nil, err
	}
	err = standby.run(ctx, "pg_basebackup", "-D", standby.data(), "-R", "-X", "stream", "-c", "fast", "--no-sync", "-d", s.URL("postgres"))
	if err == nil {
		err = standby.launch(ctx)
	}
	if err != nil {
		return nil, errors.Join(err, standby.Close())
	}
	return standby, nil
}

// Promote makes a standby a primary, and returns when it accepts writes.
func (s *Server) Promote(ctx context.Context) error {
	return s.run(ctx, "pg_ctl", "-D", s.data(), "-w", "promote")
}

func newServer(options []string) (*Server, error) {
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin") // the pattern is well formed
	if len(found) == 0 {
		return nil, ErrNotInstalled
	}
	dir, err := os.MkdirTemp("", "postgrestest-")
	if err != nil {
		return nil, err
	}
	if err := giveToPostgres(dir); err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	return &Server{bin: found[len(found)-1], dir: dir, options: options}, nil
}

// giveToPostgres makes the user postgres the owner of dir if this process is root, since
// PostgreSQL refuses to run as root.
func giveToPostgres(dir string) error {
	if os.Geteuid() != 0 {
		return nil
	}
	owner, err := user.Lookup("postgres")
	if err != nil {
		return err
	}
	uid, _ := strconv.Atoi(owner.Uid) // on systems with root they are numbers
	gid, _ := strconv.Atoi(owner.Gid)
	return os.Chown(dir, uid, gid)
}

func (s *Server) data() string { return filepath.Join(s.dir, "data") }

func (s *Server) logName() string { return filepath.Join(s.dir, "log") }

// command returns a command for one of PostgreSQL's programs, run as a user that it accepts.
func (s *Server) command(ctx context.Context, program string, arguments ...string) *exec.Cmd {
	all := append([]string{filepath.Join(s.bin, program)}, arguments...)
	if os.Geteuid() == 0 {
		all = append([]string{"setpriv", "--reuid", "postgres", "--regid", "postgres", "--clear-groups"}, all...)
	}
	cmd := exec.CommandContext(ctx, all[0], all[1:]...)
	cmd.Dir = s.dir // the current folder may be closed to that user
	cmd.Env = envtest.Environ()
	return cmd
}

func (s *Server) run(ctx context.Context, program string, arguments ...string) error {
	if output, err := s.command(ctx, program, arguments...).CombinedOutput(); err != nil {
		return fmt.Errorf("%s: %w: %s", program, err, output)
	}
	return nil
}

// launch runs a new server on a free port. If another program takes that port first, it tries
// another one.
func (s *Server) launch(ctx context.Context) error {
	for tries := 1; ; tries++ {
		listener, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return err
		}
		_, s.Port, _ = net.SplitHostPort(listener.Addr().String())
		listener.Close()
		if err := s.Run(ctx); !errors.Is(err, errEnded) || tries == 3 {
			return err
		}
	}
}

// Run starts the server on its existing data, and returns when it answers.
func (s *Server) Run(ctx context.Context) error {
	arguments := []string{
		"-D", s.data(), "-p", s.Port, "-c", "listen_addresses=127.0.0.1",
		"-c", "unix_socket_directories=", "-c", "log_min_messages=panic",
	}
	for _, option := range s.options {
		arguments = append(arguments, "-c", option)
	}
	log, err := os.OpenFile(s.logName(), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return err
	}
	defer log.Close()
	cmd, ended := s.command(context.WithoutCancel(ctx), "postgres", arguments...), make(chan struct{})
	cmd.Stderr = log
	if err := cmd.Start(); err != nil {
		return err
	}
	s.cmd, s.ended = cmd, ended
	go func() {
		_ = cmd.Wait() // the log says how it ended
		close(ended)
	}()
	return s.await(ctx)
}

func (s *Server) await(ctx context.Context) (err error) {
	for end := time.Now().Add(30 * time.Second); time.Now().Before(end) && ctx.Err() == nil; time.Sleep(5 * time.Millisecond) {
		var conn *pgx.Conn
		if conn, err = pgx.Connect(ctx, s.URL("postgres?connect_timeout=5")); err == nil {
			err = conn.Close(ctx)
		}
		select {
		case <-s.ended: // if a server answers, it is another one
			log, _ := s.Log() // as much as there is
			return errors.Join(fmt.Errorf("%w: %s", errEnded, log), err)
		default:
		}
		if err == nil {
			return nil
		}
	}
	return err
}

// Log returns the server's log, which contains only panics unless the option
// log_min_messages says otherwise.
func (s *Server) Log() (string, error) {
	text, err := os.ReadFile(s.logName())
	return string(text), err
}

// URL names a database of the server.
func (s *Server) URL(database string) string {
	return "postgres://postgres@127.0.0.1:" + s.Port + "/" + database
}
