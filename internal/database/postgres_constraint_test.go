package database_test

import (
	"testing"

	"example.com/templatesite/internal/databasetest"
)

func TestViolatedReferenceIsNamed(t *testing.T) {
	t.Parallel()
	isAnswered(
		t, databasetest.OpenPostgres(t, resources(1)),
		violation{"insert into leaf (tree) values (7)", "422 [tree]"},
		violation{"update leaf set branch = 7", "422 [branch]"},
	)
}
