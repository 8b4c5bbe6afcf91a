package throttle_test

import (
	"bytes"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"
	"time"

	"example.com/templatesite/internal/databasetest"
	"example.com/templatesite/internal/middleware"
	"example.com/templatesite/internal/sampletest"
	"example.com/templatesite/internal/throttle"
	"example.com/templatesite/internal/web"
)

// BenchmarkCount measures what the throttle adds to a request.
func BenchmarkCount(b *testing.B) {
	limits := throttle.New(throttle.Limits{Requests: rate("1000000/s"), Changes: rate("1000000/s")}, never)
	for _, tt := range []struct{ name, address, method string }{{"read", home, "GET"}, {"change", home, "POST"}, {"ipv6", "2001:db8::1", "GET"}} {
		b.Run(tt.name, func(b *testing.B) {
			r := requestFrom(tt.address, tt.method)
			b.ReportAllocs()
			for b.Loop() {
				_ = limits.Count(http.Header{}, r)
			}
		})
	}
}

// BenchmarkGetOne compares a request with and without limits, and a refused one, in turn, since the
// speed of a busy machine changes. The goal is 0.98 of the speed (of-off) in the median.
func BenchmarkGetOne(b *testing.B) {
	db := databasetest.Open(b, sampletest.Resources())
	sampletest.Load(b, db)
	var addresses []string
	for _, one := range []web.Throttle{
		nil, throttle.New(throttle.Limits{Requests: rate("1000000/s")}, never), throttle.New(throttle.Limits{Requests: rate("1/d")}, never),
	} {
		addresses = append(addresses, serve(b, db.DB, one))
	}
	compare(b, addresses, "off", "on", "refused")
}

// serve starts a service with these limits, and with the middlewares that every request meets. It returns
// its address.
func serve(b *testing.B, db web.DB, limits web.Throttle) string {
	b.Helper()
	api := web.NewAPI(web.Options{Title: "test", Version: "test", MaxBodyBytes: 1 << 20, Throttle: limits})
	for _, resource := range sampletest.Resources() {
		resource.Routes(api.WithLimit(16).For(resource.Name), db)
	}
	log := slog.New(slog.NewJSONHandler(io.Discard, nil)) //nolint:sloglint // records are written, as in a service
	server := httptest.NewServer(web.Chain(api, middleware.RequestInfo(nil), middleware.AccessLog(log, never),
		middleware.Compress(), middleware.Recover(log), middleware.Deadline(time.Minute), middleware.CrossOrigin()))
	b.Cleanup(server.Close)
	return server.Listener.Addr().String()
}

// compare reports the median time of a request to each service, and the speed of the second as a part
// of that of the first. The client does nothing but wait for the end of the body.
func compare(b *testing.B, addresses []string, names ...string) {
	b.Helper()
	var conns []net.Conn
	for _, address := range addresses {
		conn, err := (&net.Dialer{}).DialContext(b.Context(), "tcp", address)
		if err != nil {
			b.Fatal(err)
		}
		b.Cleanup(func() { _ = conn.Close() })
		conns = append(conns, conn)
	}
	answer := make([]byte, 4096)
	took := make([][]time.Duration, len(conns))
	for n := 0; b.Loop(); n++ {
		for i := range conns {
			i = (i + n) % len(conns)
			start := time.Now()
			if _, err := io.WriteString(conns[i], "GET /book/1 HTTP/1.1\r\nHost: localhost\r\n\r\n"); err != nil {
				b.Fatal(err)
			}
			for length := 0; !bytes.HasSuffix(answer[:length], []byte("}\n")); {
				more, err := conns[i].Read(answer[length:])
				if err != nil {
					b.Fatal(err)
				}
				length += more
			}
			took[i] = append(took[i], time.Since(start))
		}
	}
	for i := range took {
		slices.Sort(took[i])
		b.ReportMetric(float64(took[i][len(took[i])/2]), "ns/"+names[i])
	}
	b.ReportMetric(float64(took[0][len(took[0])/2])/float64(took[1][len(took[1])/2]), "of-off")
}
