package app

import (
	"bufio"
	"bytes"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"testing"
	"time"

	"example.com/templatesite/internal/database"
	"example.com/templatesite/internal/health"
)

// BenchmarkJSONBesidePages measures what the middlewares, pages among them, cost clients that
// want JSON: the ratio of the medians without and with them.
func BenchmarkJSONBesidePages(b *testing.B) {
	db := filled(b, 1000)
	with, without := chains(db)
	for _, target := range []string{"/book/1", "/book/?limit=10"} {
		b.Run(target, func(b *testing.B) {
			inTurns(b, target, "Accept: */*", without, with)
		})
	}
}

// BenchmarkPageOfLargeTable shows that the size of the table does not change the cost of a page.
func BenchmarkPageOfLargeTable(b *testing.B) {
	small, _ := chains(filled(b, 1000))
	large, _ := chains(filled(b, 300_000))
	inTurns(b, "/book/?limit=10&after=900", browser, small, large)
}

// inTurns sends requests to both handlers alternately, each over one connection. The client
// parses as little as possible, since its time counts as well.
func inTurns(b *testing.B, target, accept string, first, second http.Handler) {
	var times [2][]float64
	var conns [2]net.Conn
	for i, handler := range []http.Handler{first, second} {
		server := httptest.NewServer(handler)
		b.Cleanup(server.Close)
		conn, err := net.Dial("tcp", server.Listener.Addr().String())
		if err != nil {
			b.Fatal(err)
		}
		defer conn.Close()
		conns[i] = conn
	}
	request := []byte("GET " + target + " HTTP/1.1\r\nHost: 127.0.0.1\r\n" + accept + "\r\n\r\n")
	readers := [2]*bufio.Reader{bufio.NewReader(conns[0]), bufio.NewReader(conns[1])}
	for round := 0; b.Loop(); round++ {
		for turn := range conns {
			i := (round + turn) % 2 // they take turns to be first
			start := time.Now()
			for range 50 {
				if _, err := conns[i].Write(request); err != nil {
					b.Fatal(err)
				}
				skim(b, readers[i])
			}
			times[i] = append(times[i], float64(time.Since(start).Microseconds())/50)
		}
	}
	median := func(times []float64) float64 { slices.Sort(times); return times[len(times)/2] }
	b.ReportMetric(median(times[0]), "first-µs")
	b.ReportMetric(median(times[1]), "second-µs")
	b.ReportMetric(median(times[0])/median(times[1]), "ratio")
}

// skim reads one response that has a Content-Length.
func skim(b *testing.B, r *bufio.Reader) {
	length := 0
	for first := true; ; first = false {
		line, err := r.ReadSlice('\n')
		if err != nil || first && string(line) != "HTTP/1.1 200 OK\r\n" {
			b.Fatalf("%q, %v", line, err)
		}
		if digits, ok := bytes.CutPrefix(line, []byte("Content-Length: ")); ok {
			length, err = strconv.Atoi(string(bytes.TrimSpace(digits)))
		}
		if err != nil {
			b.Fatal(err)
		}
		if len(line) == 2 {
			break
		}
	}
	if _, err := r.Discard(length); err != nil || length == 0 {
		b.Fatal(length, err)
	}
}

// filled returns a database with that many books.
func filled(b *testing.B, books int) *database.DB {
	db := filledDB(b)
	_, err := db.ExecContext(b.Context(), `
		with recursive n(i) as (select 3 union all select i + 1 from n where i < $1)
		insert into book (shelf, title, pages, note, status, listed, version)
		select 1, 'book ' || i, 352, '', 'unread', true, 1 from n`, books)
	if err != nil {
		b.Fatal(err)
	}
	return db
}

// chains returns the service on db, and its operations without the middlewares.
func chains(db *database.DB) (whole, bare http.Handler) {
	log := slog.New(slog.DiscardHandler)
	p := &program{service: testService, config: &config{AllowedHosts: []string{"127.0.0.1"}, RequestTimeout: 10 * time.Second, MaxBodyBytes: 1 << 20, MaxInFlight: 10}}
	api, handler := p.routes(parts{log: log, db: db, ready: health.New(log, nil)})
	return handler, api
}
