package tweet_test

import (
	"fmt"
	"strings"
	"testing"

	"example.com/templatesite/internal/database"
	"example.com/templatesite/internal/fixturetest"
	"example.com/templatesite/internal/webtest"
)

// A dump reads 1,000 rows at a time.
func TestDumpHasMoreRowsThanItReadsAtOnce(t *testing.T) {
	each(t, func(t *testing.T, _ *webtest.Client, db *database.DB) {
		rows := make([]string, 2500)
		for i := range rows {
			rows[i] = fmt.Sprintf(`  {"model": "tweet", "pk": %d, "fields": {"text":"%d","timestamp":"2017-07-30T15:22:42Z"}}`, i+1, i)
		}
		want := "[\n" + strings.Join(rows, ",\n") + "\n]\n"
		if err := fixturetest.Load(t, db, resources, want); err != nil {
			t.Fatal(err)
		}
		if fixturetest.Dump(t, db, resources) != want {
			t.Error("the dump differs from what was loaded")
		}
	})
}
