// Package pgbouncertest runs Debian's PgBouncer in front of the PostgreSQL server of tests. Only
// tests import it. It does not know their queries.
package pgbouncertest

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

const program = "/usr/sbin/pgbouncer"

// config is the minimum that PgBouncer needs to start, because the service must work with it.
const config = `[databases]
* = host=%s port=%s user=%s %s
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = %s
unix_socket_dir =
auth_type = any
pool_mode = %s
default_pool_size = 4
`

// URL starts PgBouncer in the pool mode session or transaction, and returns the URL of target's
// database through it. It stops at the end of the test. The test is skipped if PgBouncer is
// not installed, or fails with REQUIRE_PGBOUNCER=1.
func URL(t *testing.T, mode, target string) string {
	t.Helper()
	if _, err := os.Stat(program); err != nil {
		if os.Getenv("REQUIRE_PGBOUNCER") == "1" {
			t.Fatalf("REQUIRE_PGBOUNCER is 1, but PgBouncer is not installed (package pgbouncer): %v", err)
		}
		t.Skipf("PgBouncer is not covered: %v", err)
	}
	through, err := url.Parse(target)
	if err != nil {
		t.Fatal(err)
	}
	server := through.Host
	// Another process may take the port before PgBouncer does.
	for tries := 1; ; tries++ {
		through.Host = "127.0.0.1:" + freePort(t)
		err := start(t, mode, server, through)
		if err == nil {
			return through.String()
		}
		if tries == 3 {
			t.Fatal(err)
		}
	}
}

func freePort(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	_, port, _ := net.SplitHostPort(listener.Addr().String())
	return port
}

func start(t *testing.T, mode, server string, through *url.URL) error {
	host, port, err := net.SplitHostPort(server)
	if err != nil {
		return err
	}
	password := ""
	if secret, ok := through.User.Password(); ok {
		password = "password='" + secret + "'"
	}
	file := filepath.Join(t.TempDir(), "pgbouncer.ini")
	text := fmt.Sprintf(config, host, port, through.User.Username(), password, through.Port(), mode)
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil { //nolint:gosec // user postgres must read it
		return err
	}
	arguments := []string{file}
	if os.Geteuid() == 0 { // PgBouncer refuses to run as root
		arguments = []string{"-u", "postgres", file}
	}
	var log bytes.Buffer
	cmd := exec.Command(program, arguments...)
	cmd.Stderr = &log
	if err := cmd.Start(); err != nil {
		return err
	}
	ended := make(chan struct{})
	go func() {
		_ = cmd.Wait() // its log has the reason
		close(ended)
	}()
	t.Cleanup(func() {
		_ = cmd.Process.Kill() // it may have ended already
		<-ended
	})
	if err := await(t.Context(), through.String(), ended); err != nil {
		_ = cmd.Process.Kill()
		<-ended
		return fmt.Errorf("start PgBouncer: %w\n%s", err, &log)
	}
	return nil
}

// await waits until a connection through PgBouncer succeeds.
func await(ctx context.Context, through string, ended <-chan struct{}) error {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	for {
		conn, err := pgx.Connect(ctx, through)
		if err == nil {
			return conn.Close(ctx)
		}
		select {
		case <-ended:
			return err
		case <-ctx.Done():
			return err
		case <-time.After(20 * time.Millisecond):
		}
	}
}
