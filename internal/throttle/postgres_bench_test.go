package throttle_test

import (
	"context"
	"database/sql"
	"errors"
	"net/http"
	"strconv"
	"sync/atomic"
	"testing"

	"example.com/templatesite/internal/database"
	"example.com/templatesite/internal/databasetest"
	"example.com/templatesite/internal/sampletest"
	"example.com/templatesite/internal/throttle"
	"example.com/templatesite/internal/web"
)

// shared is what a throttle would be whose replicas share their buckets: the same algorithm, in one
// statement of PostgreSQL. It is only here to be compared.
type shared struct{ db *sql.DB }

// An unlogged table is not written ahead: after a crash of the server, every bucket is full.
const shareSQL = `create unlogged table bucket (key bigint primary key, full_at double precision not null) with (fillfactor = 50)`

// $2 is the interval, and $3 the window, in seconds. There is no row if the bucket is empty.
const takeSQL = `
	insert into bucket as b (key, full_at)
	values ($1, extract(epoch from clock_timestamp()) + $2)
	on conflict (key) do update
	set full_at = greatest(b.full_at, extract(epoch from clock_timestamp())) + $2
	where greatest(b.full_at, extract(epoch from clock_timestamp())) + $2 <= extract(epoch from clock_timestamp()) + $3
	returning full_at`

func openShared(b testing.TB, db *database.DB) shared {
	b.Helper()
	if _, err := db.Write.ExecContext(b.Context(), shareSQL); err != nil {
		b.Fatal(err)
	}
	return shared{db.DB.DB}
}

func (s shared) take(ctx context.Context, key int64, interval, window float64) bool {
	var full float64
	err := s.db.QueryRowContext(ctx, takeSQL, key, interval, window).Scan(&full)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		panic(err)
	}
	return err == nil
}

func (shared) Covers(string) bool                             { return true }
func (shared) MayGuess(string) bool                           { return true }
func (shared) Guessed(http.Header, string, bool) *web.Problem { return nil }
func (s shared) Count(_ http.Header, r *http.Request) *web.Problem {
	if !s.take(r.Context(), 1, 1e-6, 1) {
		return web.NewProblem(http.StatusTooManyRequests, "")
	}
	return nil
}

func TestSharedBucketsAreCountedExactly(t *testing.T) {
	t.Parallel()
	s := openShared(t, databasetest.OpenPostgres(t, nil))
	admitted := 0
	for range 10 {
		if s.take(t.Context(), 7, 20_000, 60_000) {
			admitted++
		}
	}
	if admitted != 3 {
		t.Errorf("%d requests were admitted, want 3", admitted)
	}
}

// BenchmarkDecision compares buckets of the process with shared ones, for as many clients at once as
// there are connections: each its own bucket, and all the same.
func BenchmarkDecision(b *testing.B) {
	own := throttle.New(throttle.Limits{Requests: rate("1000000/s")}, never)
	s := openShared(b, databasetest.OpenPostgres(b, nil))
	s.db.SetMaxOpenConns(10)
	s.db.SetMaxIdleConns(10)
	for _, tt := range []struct {
		name    string
		clients int64
	}{{"many clients", 10_000}, {"one client", 1}} {
		var n atomic.Int64
		b.Run("own, "+tt.name, func(b *testing.B) {
			b.RunParallel(func(pb *testing.PB) {
				r, header := requestFrom("", "GET"), http.Header{}
				for pb.Next() {
					web.InfoFrom(r.Context()).Client = strconv.FormatInt(n.Add(1)%tt.clients, 10)
					_ = own.Count(header, r)
				}
			})
		})
		b.Run("shared, "+tt.name, func(b *testing.B) {
			b.SetParallelism(5)
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					s.take(b.Context(), n.Add(1)%tt.clients, 1e-6, 1)
				}
			})
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "decisions/s")
		})
	}
}

// BenchmarkGetOneShared compares a request without limits with one that counts in PostgreSQL.
func BenchmarkGetOneShared(b *testing.B) {
	db := databasetest.OpenPostgres(b, sampletest.Resources())
	sampletest.Load(b, db)
	s := openShared(b, db)
	addresses := []string{
		serve(b, db.DB, nil), serve(b, db.DB, s), serve(b, db.DB, throttle.New(throttle.Limits{Requests: rate("1000000/s")}, never)),
	}
	compare(b, addresses, "off", "shared", "own")
}
