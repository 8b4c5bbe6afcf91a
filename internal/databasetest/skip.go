package databasetest

import (
	"fmt"
	"os"
	"sync"
	"testing"
)

var saidOnce sync.Once

// skipPostgres skips a test that needs a PostgreSQL server, since SQLite covers most of what
// there is to test, unless REQUIRE_POSTGRES is 1.
func skipPostgres(t testing.TB) {
	t.Helper()
	if os.Getenv("REQUIRE_POSTGRES") == "1" {
		return
	}
	const reason = "PostgreSQL is not covered: TEST_DATABASE_URL does not name a server"
	saidOnce.Do(func() { fmt.Fprintln(os.Stderr, reason) })
	t.Skip(reason)
}
