package database_test

import (
	"testing"

	"example.com/templatesite/internal/databasetest"
)

// SQLite does not say which of a table's foreign keys it is.
func TestViolatedReferenceMayBeAnyOfTheTable(t *testing.T) {
	t.Parallel()
	isAnswered(
		t, databasetest.OpenSQLite(t, resources(1)),
		violation{"insert into leaf (tree) values (7)", "422 [tree branch]"},
		violation{"update leaf set branch = 7", "422 [tree branch]"},
	)
}
