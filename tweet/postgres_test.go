package tweet_test

import (
	"testing"

	"example.com/templatesite/internal/databasetest"
)

func TestPostgreSQLRefusesTimestampsThatJSONCannotHold(t *testing.T) {
	t.Parallel()
	invalid := []string{
		"'infinity'", "'-infinity'", "'10000-01-01 00:00:00+00'", "'9999-12-31 23:59:59-12'",
		"'294276-12-31 00:00:00+00'", "'0044-03-15 00:00:00+00 BC'", "'0001-01-01 00:00:00+12'",
	}
	refuses(t, databasetest.OpenPostgres(t, resources), invalid)
	migrates(t, databasetest.OpenPostgres(t, resources), invalid) // it leaves the rows as they are
}
