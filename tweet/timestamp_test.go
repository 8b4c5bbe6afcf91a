package tweet_test

import (
	"strings"
	"testing"

	"example.com/templatesite/internal/database"
)

// The tests that use this file are about the second migration, which a resource of today does not
// need: project add writes its constraints into the first one. They also hold what these
// constraints refuse, which is the same for every field with a time.

// insert stores a tweet whose text is the SQL of its timestamp.
func insert(t *testing.T, db *database.DB, timestamp, version string) error {
	_, err := db.ExecContext(t.Context(), "insert into tweet (text, timestamp, version) values ($1, "+timestamp+", "+version+")", timestamp)
	return err
}

// refuses tests that the constraints refuse invalid timestamps, each as SQL, and only those.
func refuses(t *testing.T, db *database.DB, timestamps []string) {
	t.Helper()
	for _, timestamp := range timestamps {
		if err := insert(t, db, timestamp, "1"); err == nil || !strings.Contains(strings.ToLower(err.Error()), "constraint") {
			t.Errorf("%s: %v, want a constraint violation", timestamp, err)
		}
	}
	for _, good := range []string{"0001-01-01 00:00:00", "9999-12-31 23:59:59.999999", "2024-02-29 23:59:59.9", "2017-07-30 15:22:42"} {
		if insert(t, db, "'"+good+"+00:00'", "1") != nil || insert(t, db, "'"+good+"+00:00'", "'one'") == nil {
			t.Errorf("%s: the timestamp is refused, or a version that is not a number is accepted", good)
		}
	}
}

// migrates tests that the migration that adds the constraints accepts older rows with these timestamps.
func migrates(t *testing.T, db *database.DB, timestamps []string) {
	t.Helper()
	const withoutConstraints = 20261127101500
	if err := db.MigrateTo(t.Context(), resources, withoutConstraints, nil); err != nil {
		t.Fatal(err)
	}
	for _, timestamp := range timestamps {
		if err := insert(t, db, timestamp, "1"); err != nil {
			t.Fatalf("%s: %v", timestamp, err)
		}
	}
	if err := db.Migrate(t.Context(), resources, nil); err != nil {
		t.Fatal(err)
	}
}
