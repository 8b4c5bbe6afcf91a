package databasetest

import (
	"slices"
	"testing"
	"testing/fstest"
	"time"

	"example.com/templatesite/internal/database"
	"example.com/templatesite/internal/web"
)

// note returns a resource with one table, whose migrations have a hash of their
// own, so that each test here has its own template.
func note(text string) []web.Resource {
	const up = "-- +goose Up\ncreate table note (id integer);\n"
	files := fstest.MapFS{}
	for _, engine := range Engines() {
		files["migrations/"+string(engine)+"/20260101000001_note.sql"] = &fstest.MapFile{Data: []byte(up + "-- " + text)}
	}
	return []web.Resource{{Name: "note", Migrations: files}}
}

func TestEveryTestHasAMigratedDatabaseOfItsOwn(t *testing.T) {
	Each(t, note("own"), func(t *testing.T, db *database.DB) {
		other := OpenOn(t, db.Engine, note("own"))
		if _, err := db.ExecContext(t.Context(), "insert into note values (1)"); err != nil {
			t.Fatal(err)
		}
		rows := -1
		if err := other.QueryRowContext(t.Context(), "select count(*) from note").Scan(&rows); err != nil || rows != 0 {
			t.Errorf("another database has %d rows, %v", rows, err)
		}
	})
}

// BenchmarkClone shows the median time from the call to a database that answers.
func BenchmarkClone(b *testing.B) {
	resources := note("benchmark")
	for _, engine := range Engines() {
		b.Run(string(engine), func(b *testing.B) {
			var times []time.Duration
			for b.Loop() {
				start := time.Now()
				if err := OpenOn(b, engine, resources).PingContext(b.Context()); err != nil {
					b.Fatal(err)
				}
				times = append(times, time.Since(start))
			}
			slices.Sort(times)
			b.ReportMetric(float64(times[len(times)/2].Microseconds())/1000, "ms-median")
		})
	}
}
