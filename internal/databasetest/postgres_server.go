package databasetest

import (
	"fmt"
	"os"
	"testing"
)

func serverURL() string { return os.Getenv("TEST_DATABASE_URL") }

const needServer = "these tests need a PostgreSQL server on which they may create databases: set TEST_DATABASE_URL=postgres://USER@HOST:PORT/NAME"

// NeedPostgres makes sure that there is a PostgreSQL server to test on: the one that
// TEST_DATABASE_URL names.
func NeedPostgres(t testing.TB) {
	t.Helper()
	if serverURL() != "" {
		return
	}
	skipPostgres(t) // feature: sqlite
	// One failure says it all: the other tests of the package would only repeat it.
	fmt.Fprintln(os.Stderr, needServer)
	os.Exit(1)
}
