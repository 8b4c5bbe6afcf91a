package tweet_test

import (
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"example.com/templatesite/internal/databasetest"
	"example.com/templatesite/internal/webtest"
	"example.com/templatesite/tweet"
)

const yearOne = "0001-01-01T00:00:00Z"

// converted are timestamps, as SQL, that a JSON time cannot hold, with what the migration that
// adds the constraints makes of them.
var converted = map[string]string{
	"1501428162": "2017-07-30T15:22:42Z", "'1501428162'": "2017-07-30T15:22:42Z", "1501428162.5": "2017-07-30T15:22:42.5Z",
	"'2017-02-31 00:00:00+00:00'": "2017-03-03T00:00:00Z", "'2017-07-30 24:00:00+00:00'": "2017-07-31T00:00:00Z",
	"'2017-07-30 17:22:42+02:00'": "2017-07-30T15:22:42Z", "'2017-07-30T15:22:42Z'": "2017-07-30T15:22:42Z",
	"datetime('2017-07-30 15:22:42')": "2017-07-30T15:22:42Z", "-1e300": yearOne, "9e999": yearOne, "x'00'": yearOne, "''": yearOne,
	"'infinity'": yearOne, "'10000-01-01 00:00:00+00:00'": yearOne, "'-0044-03-15 00:00:00+00:00'": yearOne, "'2017-07-30 15:22:425+00:00'": yearOne,
	"'0000-12-31 23:59:59+00:00'": yearOne, "'9999-12-31 23:59:59-12:00'": yearOne, "'2017-07-30 15:22:42.+00:00'": yearOne,
	"'2017-07-30 15:22:42 junk+00:00'": yearOne, "'2017-07-30 15:22:42-05:00+00:00'": yearOne, "'2017-07-30 15:22:42,5+00:00'": yearOne,
}

func TestSQLiteRefusesTimestampsThatJSONCannotHold(t *testing.T) {
	t.Parallel()
	refuses(t, databasetest.OpenSQLite(t, resources), slices.Collect(maps.Keys(converted)))
}

func TestMigrationConvertsTimestampsThatJSONCannotHold(t *testing.T) {
	t.Parallel()
	db := databasetest.OpenSQLite(t, resources)
	older := maps.Clone(converted)
	older["'2017-07-30 15:22:42.123456+00:00'"] = "2017-07-30T15:22:42.123456Z"
	migrates(t, db, slices.Collect(maps.Keys(older)))
	c := webtest.NewAPI(t, tweet.Resource(), db)
	list := webtest.JSON[[]tweet.Tweet](t, c.Want(http.StatusOK, "GET", "/tweet/", ""))
	for _, got := range list {
		if at := got.Timestamp.Format(time.RFC3339Nano); at != older[got.Text] || len(list) != len(older) {
			t.Errorf("%s, one of %d, became %s, want %s, one of %d", got.Text, len(list), at, older[got.Text], len(older))
		}
		c.Want(http.StatusOK, "PUT", strings.TrimPrefix(got.Href, "http://example.org"), `{"text":"written over"}`)
	}
}
