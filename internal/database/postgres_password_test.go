package database_test

import (
	"errors"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"

	"example.com/templatesite/internal/database"
	"example.com/templatesite/internal/postgrestest"
)

// rotating is a pool whose connections are opened with a password that can change, and the
// pool of the administrator of its server.
type rotating struct {
	*database.DB
	administrator *database.DB
	password      atomic.Value
}

func newRotating(t *testing.T) *rotating {
	t.Helper()
	rules := filepath.Join(t.TempDir(), "pg_hba.conf")
	if err := os.Chmod(filepath.Dir(filepath.Dir(rules)), 0o755); err != nil { // the server runs as another user
		t.Fatal(err)
	}
	if err := os.WriteFile(rules, []byte("host all postgres all trust\nhost all app all scram-sha-256\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	server := postgrestest.New(t, "hba_file="+rules)
	open := func(o database.Options) *database.DB {
		o.MaxConnections = 4
		db, err := database.Open(o)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = db.Close() })
		return db
	}
	r := &rotating{administrator: open(database.Options{URL: server.URL("postgres")})}
	r.alter(t, "create role app login password 'first'")
	r.password.Store("first")
	url := "postgres://app@127.0.0.1:" + server.Port + "/postgres"
	r.DB = open(database.Options{URL: url, Password: "first", ReadPassword: func() (string, error) {
		if r.password.Load() == "" {
			return "", errors.New("the file is empty")
		}
		return r.password.Load().(string), nil
	}})
	return r
}

func (r *rotating) alter(t *testing.T, statement string) {
	t.Helper()
	if _, err := r.administrator.ExecContext(t.Context(), statement); err != nil {
		t.Fatal(err)
	}
}

// connects opens a new connection.
func (r *rotating) connects(t *testing.T) error {
	t.Helper()
	r.SetMaxIdleConns(0) // closes the idle ones
	defer r.SetMaxIdleConns(4)
	return r.PingContext(t.Context())
}

func TestReplacedPasswordIsTakenOverByNewConnections(t *testing.T) {
	t.Parallel()
	r := newRotating(t)
	for _, step := range []struct{ what, password, sql string }{
		{"at first", "first", "select 1"},
		{"when the file is ahead", "second", "select 1"},
		{"when the database has followed", "second", "alter role app password 'second'"},
		{"while the file cannot be read", "", "select 1"},
		{"with the third password", "third", "alter role app password 'third'"},
	} {
		r.password.Store(step.password)
		r.alter(t, step.sql)
		if err := r.connects(t); err != nil {
			t.Errorf("%s: %v", step.what, err)
		}
	}
	r.alter(t, "alter role app password 'unknown'")
	if err := r.connects(t); err == nil {
		t.Error("a connection is opened with a wrong password")
	}
}
