package tweet_test

import (
	"io/fs"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"example.com/templatesite/internal/database"
	"example.com/templatesite/internal/databasetest"
	"example.com/templatesite/internal/web"
	"example.com/templatesite/internal/webtest"
	"example.com/templatesite/tweet"
)

// firstVersion returns the resource as it was before its second migration.
func firstVersion(t *testing.T) []web.Resource {
	t.Helper()
	resource, files := tweet.Resource(), fstest.MapFS{}
	for _, engine := range []string{"postgres", "sqlite"} {
		name := "migrations/" + engine + "/20261127101500_create_tweet.sql"
		text, err := fs.ReadFile(resource.Migrations, name)
		if err != nil {
			t.Fatal(err)
		}
		files[name] = &fstest.MapFile{Data: text}
	}
	resource.Migrations = files
	return []web.Resource{resource}
}

// strange are rows that only SQL can write, as SQL. On SQLite a migration brings the
// time of those that are there into a form that can be answered.
var strange = map[database.Engine][]struct{ row, repaired string }{
	database.Postgres: {
		{row: "'x', 'infinity', 1"},
		{row: "'x', '-infinity', 1"},
		{row: "'x', '10000-01-01 00:00:00+00', 1"},
		{row: "'x', '9999-12-31 23:59:59-12', 1"},
		{row: "'x', '294276-12-31 00:00:00+00', 1"},
		{row: "'x', '0044-03-15 00:00:00+00 BC', 1"},
		{row: "'x', '0001-01-01 00:00:00+12', 1"},
	},
	database.SQLite: {
		{"'x', 1501428162, 1", "2017-07-30T15:22:42Z"},
		{"'x', '1501428162', 1", "2017-07-30T15:22:42Z"},
		{"'x', 1501428162.5, 1", "2017-07-30T15:22:42.5Z"},
		{"'x', -1e300, 1", "0001-01-01T00:00:00Z"},
		{"'x', 9e999, 1", "0001-01-01T00:00:00Z"},
		{"'x', 'infinity', 1", "0001-01-01T00:00:00Z"},
		{"'x', '', 1", "0001-01-01T00:00:00Z"},
		{"'x', '10000-01-01 00:00:00+00:00', 1", "0001-01-01T00:00:00Z"},
		{"'x', '-0044-03-15 00:00:00+00:00', 1", "0001-01-01T00:00:00Z"},
		{"'x', '0000-12-31 23:59:59+00:00', 1", "0001-01-01T00:00:00Z"},
		{"'x', '9999-12-31 23:59:59-12:00', 1", "0001-01-01T00:00:00Z"},
		{"'x', '2017-02-31 00:00:00+00:00', 1", "2017-03-03T00:00:00Z"},
		{"'x', '2017-07-30 24:00:00+00:00', 1", "2017-07-31T00:00:00Z"},
		{"'x', '2017-07-30 17:22:42+02:00', 1", "2017-07-30T15:22:42Z"},
		{"'x', '2017-07-30T15:22:42Z', 1", "2017-07-30T15:22:42Z"},
		{"'x', datetime('2017-07-30 15:22:42'), 1", "2017-07-30T15:22:42Z"},
		{"'x', x'00', 1", "0001-01-01T00:00:00Z"},
		{"'x', '2017-07-30 15:22:42.+00:00', 1", "0001-01-01T00:00:00Z"},
		{"'x', '2017-07-30 15:22:42 junk+00:00', 1", "0001-01-01T00:00:00Z"},
		{"'x', '2017-07-30 15:22:42-05:00+00:00', 1", "0001-01-01T00:00:00Z"},
		{"'x', '2017-07-30 15:22:42,5+00:00', 1", "0001-01-01T00:00:00Z"},
		{"'x', '2017-07-30 15:22:425+00:00', 1", "0001-01-01T00:00:00Z"},
	},
}

const insert = "insert into tweet (text, timestamp, version) values "

func TestRowsThatCannotBeAnsweredDoNotStopAMigration(t *testing.T) {
	databasetest.Each(t, firstVersion(t), func(t *testing.T, db *database.DB) {
		good := "('good', '2017-07-30 15:22:42.123456+00:00', 1)"
		if _, err := db.ExecContext(t.Context(), insert+good); err != nil {
			t.Fatal(err)
		}
		for _, tt := range strange[db.Engine] {
			if _, err := db.ExecContext(t.Context(), insert+"("+tt.row+")"); err != nil {
				t.Fatalf("%s: %v", tt.row, err)
			}
		}
		if err := db.Migrate(t.Context(), resources, nil); err != nil {
			t.Fatal(err)
		}
		if db.Engine == database.Postgres {
			return // the rows stay as they are
		}
		c := webtest.NewAPI(t, tweet.Resource(), db)
		got := webtest.JSON[[]tweet.Tweet](t, c.Want(http.StatusOK, "GET", "/tweet/", ""))
		if len(got) != len(strange[db.Engine])+1 || got[0].Timestamp.Format("2006-01-02T15:04:05.999999Z") != "2017-07-30T15:22:42.123456Z" {
			t.Fatalf("%d tweets, the first is %+v", len(got), got[0])
		}
		for i, tt := range strange[db.Engine] {
			if at := got[i+1].Timestamp.Format("2006-01-02T15:04:05.999999Z"); at != tt.repaired || !strings.HasPrefix(got[i+1].Text, "x") {
				t.Errorf("%s: %q at %s, want %s", tt.row, got[i+1].Text, at, tt.repaired)
			}
			c.Want(http.StatusOK, "PUT", strings.TrimPrefix(got[i+1].Href, "http://example.com"), `{"text":"written over"}`)
		}
	})
}

func TestRowsThatCannotBeAnsweredAreRefused(t *testing.T) {
	databasetest.Each(t, resources, func(t *testing.T, db *database.DB) {
		rows := strange[db.Engine]
		if db.Engine == database.SQLite {
			rows = append(slices.Clone(rows), struct{ row, repaired string }{row: "'x', '2017-07-30 15:22:42+00:00', 'one'"})
		}
		for _, tt := range rows {
			if _, err := db.ExecContext(t.Context(), insert+"("+tt.row+")"); err == nil || !strings.Contains(strings.ToLower(err.Error()), "constraint") {
				t.Errorf("%s: %v, want a constraint's error", tt.row, err)
			}
		}
		for _, good := range []string{"0001-01-01 00:00:00", "9999-12-31 23:59:59.999999", "2024-02-29 23:59:59.9", "2017-07-30 15:22:42"} {
			if _, err := db.ExecContext(t.Context(), insert+"('x', '"+good+"+00:00', 1)"); err != nil {
				t.Errorf("%s: %v", good, err)
			}
		}
		webtest.NewAPI(t, tweet.Resource(), db).Want(http.StatusOK, "GET", "/tweet/", "")
	})
}

func TestMigrationsOfConstraintsGoBackAndForth(t *testing.T) {
	databasetest.Each(t, resources, func(t *testing.T, db *database.DB) {
		for _, version := range []int64{20261127101500, 20261127101501, 20261127101500, 20261127101501} {
			if err := db.MigrateTo(t.Context(), resources, version, nil); err != nil {
				t.Fatal(err)
			}
		}
	})
}
