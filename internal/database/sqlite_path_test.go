package database_test

import (
	"strings"
	"testing"

	"example.com/templatesite/internal/database"
)

func TestPathThatOtherProgramsWouldMisreadIsRefused(t *testing.T) {
	t.Parallel()
	for path, want := range map[string]string{
		"":                      "sqlite:data.db",
		":memory:":              "in memory",
		"file::memory:":         "in memory",
		"file:app.db":           "leave out file:",
		"file:///srv/app.db":    "leave out file:",
		"//srv/app.db":          "one slash or none",
		"///srv/app.db":         "one slash or none",
		"app.db?mode=ro":        "?",
		"app.db?cache=shared":   "?",
		"app.db\r":              "invisible characters",
		"app.db\n":              "invisible characters",
		"app.db ":               "invisible characters",
		" app.db":               "invisible characters",
		"a\tpp.db":              "invisible characters",
		"app\u200b.db":          "invisible characters",
		"\ufeffapp.db":          "invisible characters",
		"app\x1b[31m.db":        "invisible characters",
		"app\xff.db":            "invisible characters",
		"data/":                 "names a folder",
		"sqlite:app.db":         "leave out file:",
		"a b.db":                "",
		"/srv/größe/#1 100%.db": "",
	} {
		db, err := database.Open(database.Options{URL: "sqlite:" + path, MaxConnections: 2})
		if err == nil {
			_ = db.Close()
		}
		switch {
		case want == "" && err != nil:
			t.Errorf("%q: %v", path, err)
		case want != "" && (err == nil || !strings.Contains(err.Error(), want)):
			t.Errorf("%q: %v, want %q", path, err, want)
		}
	}
}
