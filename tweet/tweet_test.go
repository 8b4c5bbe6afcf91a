package tweet_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"example.com/templatesite/internal/database"
	"example.com/templatesite/internal/databasetest"
	"example.com/templatesite/internal/fixturetest"
	"example.com/templatesite/internal/web"
	"example.com/templatesite/internal/webtest"
	"example.com/templatesite/tweet"
)

var resources = []web.Resource{tweet.Resource()}

// each runs test on every engine, with a client of the API on an empty database.
func each(t *testing.T, test func(t *testing.T, c *webtest.Client, db *database.DB)) {
	databasetest.Each(t, resources, func(t *testing.T, db *database.DB) {
		test(t, webtest.NewAPI(t, tweet.Resource(), db), db)
	})
}

func TestTweetIsCreatedReadListedChangedAndDeleted(t *testing.T) {
	each(t, func(t *testing.T, c *webtest.Client, _ *database.DB) {
		created := c.Want(http.StatusCreated, "POST", "/tweet/", `{"text":"one"}`)
		first := webtest.JSON[tweet.Tweet](t, created)
		isNow := time.Since(first.Timestamp).Abs() < time.Minute && first.Timestamp.Location() == time.UTC
		if first.ID != 1 || first.Text != "one" || first.Href != "http://example.org/tweet/1" || !isNow {
			t.Errorf("created %+v", first)
		}
		if read := c.Want(http.StatusOK, "GET", "/tweet/1", ""); read.Body != created.Body {
			t.Errorf("read %s, created %s", read.Body, created.Body)
		}
		for method, text := range map[string]string{"PUT": "two", "PATCH": "three"} {
			changed := webtest.JSON[tweet.Tweet](t, c.Want(http.StatusOK, method, "/tweet/1", fmt.Sprintf(`{"text":%q}`, text)))
			if changed.Text != text || !changed.Timestamp.Equal(first.Timestamp) {
				t.Errorf("%s made %+v of %+v", method, changed, first)
			}
		}
		c.Want(http.StatusCreated, "POST", "/tweet/", `{"text":"newer"}`)
		if list := webtest.JSON[[]tweet.Tweet](t, c.Want(http.StatusOK, "GET", "/tweet/", "")); len(list) != 2 || list[1].Text != "newer" {
			t.Errorf("listed %+v", list)
		}
		c.Want(http.StatusNoContent, "DELETE", "/tweet/1", "")
		c.Want(http.StatusNotFound, "GET", "/tweet/1", "")
	})
}

func TestTextHas1To140Characters(t *testing.T) {
	each(t, func(_ *testing.T, c *webtest.Client, _ *database.DB) {
		for text, want := range map[string]int{"": 422, "x": 201, strings.Repeat("ü", 140): 201, strings.Repeat("ü", 141): 422} {
			c.Want(want, "POST", "/tweet/", fmt.Sprintf(`{"text":%q}`, text))
		}
	})
}

func TestDumpHasWhatWasLoadedAndCanBeLoadedAgain(t *testing.T) {
	each(t, func(t *testing.T, c *webtest.Client, db *database.DB) {
		rows := make([]string, 2500) // more than a dump reads at once
		for i := range rows {
			rows[i] = fmt.Sprintf(`  {"model": "tweet", "pk": %d, "fields": {"text":"%d","timestamp":"2017-07-30T15:22:42Z"}}`, i+1, i)
		}
		want := "[\n" + strings.Join(rows, ",\n") + "\n]\n"
		for range 2 {
			if err := fixturetest.Load(t, db, resources, want); err != nil || fixturetest.Dump(t, db, resources) != want {
				t.Fatalf("the dump differs from the fixture, or the fixture cannot be loaded: %v", err)
			}
			c.Want(http.StatusOK, "PUT", "/tweet/1", `{"text":"changed"}`)
		}
	})
}

func TestDumpKeepsEveryColumn(t *testing.T) {
	fixturetest.KeepsEveryColumn(t, resources)
}

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
