package app

import (
	"database/sql"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"example.com/templatesite/internal/databasetest"
	"example.com/templatesite/internal/health"
	"example.com/templatesite/internal/metrics"
	"example.com/templatesite/internal/web"
	"example.com/templatesite/internal/webtest"
)

func TestRequestIsInTheMetrics(t *testing.T) {
	t.Parallel()
	s := startService(t, nil)
	s.Do("GET", "/book/1", "")
	s.Do("POST", "/book/", validBook)
	s.Do("PUT", "/book/3", validBook)
	s.Do("DELETE", "/book/3", "")
	s.Do("DELETE", "/book/3", "")
	metrics := s.Do("GET", s.admin+"/metrics", "").Body
	for _, want := range []string{
		`http_server_request_duration_seconds_count{http_request_method="GET",http_response_status_code="200",http_route="/book/{id}"} 1`,
		`http_server_request_duration_seconds_count{http_request_method="DELETE",http_response_status_code="404",http_route="/book/{id}"} 1`,
		`http_server_response_body_size_bytes_count{http_request_method="GET",http_route="/book/{id}"} 1`,
		`http_server_request_body_size_bytes_sum{http_request_method="POST",http_route="/book/"} ` + strconv.Itoa(len(validBook)),
		`http_server_active_requests{http_route="/book/{id}"} 0`, `http_server_active_requests{http_route="unmatched"} 0`, `http_server_requests_shed_total{kind="change"} 0`,
		`db_client_operation_duration_seconds_count{db_query_summary="book.update",error_type=""} 1`,
		`model_operations_total{model="book",operation="insert"} 1`, `model_operations_total{model="book",operation="update"} 1`,
		`model_operations_total{model="book",operation="delete"} 1`,
		`db_client_connection_max 4`, `migrations_applied `, `migrations_pending 0`,
		`log_records_total{level="info"} `, `log_records_total{level="error"} 0`,
		`log_records_dropped_total{sink="stdout"} 0`, `panics_total 0`, `admin_wrong_tokens_total 0`, `build_info{`, `go_goroutines`, `process_open_fds`,
	} {
		if !strings.Contains(metrics, want) {
			t.Errorf("the metrics lack %s", want)
		}
	}
}

func TestPanicAndItsLogRecordsAreCounted(t *testing.T) {
	t.Parallel()
	panics := web.Resource{Name: "panics", Routes: func(api *web.API, _ web.DB) {
		api.File("panic", "/panic", "It panics", func(http.ResponseWriter, *http.Request) { panic("on purpose") })
	}}
	p := &program{
		service: Service{Resources: []web.Resource{panics}},
		config:  &config{AllowedHosts: []string{"localhost"}, RequestTimeout: time.Minute, AdminAddress: "localhost:0", MaxInFlight: 1},
	}
	hooks := p.openMetrics()
	registry := hooks.registry
	log := hooks.countRecords(slog.New(slog.NewTextHandler(t.Output(), nil)), nil)
	_, handler := p.routes(parts{log: log, db: databasetest.Open(t, nil), ready: health.New(log, nil), hooks: hooks})
	handler.ServeHTTP(httptest.NewRecorder(), httptest.NewRequestWithContext(t.Context(), "GET", "http://localhost/panic", nil))
	scrape := httptest.NewRecorder()
	registry.Handler().ServeHTTP(scrape, httptest.NewRequestWithContext(t.Context(), "GET", "/metrics", nil))
	for _, want := range []string{
		"\npanics_total 1\n", `log_records_total{level="error"} 2`, // the stack, and the request
		`http_server_request_duration_seconds_count{http_request_method="GET",http_response_status_code="500",http_route="/panic"} 1`,
	} {
		if !strings.Contains(scrape.Body.String(), want) {
			t.Errorf("the metrics lack %s", want)
		}
	}
}

func TestDatabaseConnectionsAreCountedAsUsedOrIdle(t *testing.T) {
	t.Parallel()
	hooks := hooks{registry: metrics.New("1", "2", "3")}
	registry := hooks.registry
	db := databasetest.Open(t, resources())
	hooks.watch(db, resources(), health.New(slog.New(slog.DiscardHandler), nil))
	count := func(state string) float64 {
		families, err := registry.Gather()
		if err != nil {
			t.Fatal(err)
		}
		for _, family := range families {
			for _, m := range family.GetMetric() {
				if family.GetName() == "db_client_connection_count" && m.GetLabel()[0].GetValue() == state {
					return m.GetGauge().GetValue()
				}
			}
		}
		t.Fatalf("there is no count of %s connections", state)
		return 0
	}
	idle := count("idle")
	var conns []*sql.Conn
	for range 3 {
		conn, err := db.Conn(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		conns = append(conns, conn)
	}
	if used := count("used"); used != 3 {
		t.Errorf("%v connections count as used, want 3", used)
	}
	for _, conn := range conns {
		if err := conn.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if used, idle := count("used"), count("idle")-idle; used != 0 || idle < 2 {
		t.Errorf("after they were closed, %v count as used, and %v more as idle", used, idle)
	}
}

func TestClientsCannotCreateMetricSeries(t *testing.T) {
	t.Parallel()
	s := startService(t, nil)
	kept := &http.Transport{} // ten thousand requests are faster over one connection
	t.Cleanup(kept.CloseIdleConnections)
	series := func() int { return strings.Count(s.Do("GET", s.admin+"/metrics", "").Body, "\n") }
	send := func(method, path string, headers ...string) {
		if _, err := webtest.Send(t.Context(), kept, method, s.url+path, "", headers...); err != nil {
			t.Fatal(err)
		}
	}
	invent := func(i int) {
		send("GET", fmt.Sprintf("/unknown/%d", i))
		send("GET", fmt.Sprintf("/book/%d", 1000+i), fmt.Sprintf("X-Request-ID: id-%d", i))
		send(fmt.Sprintf("METHOD%d", i), "/book/")
		send("GET", "/book/", fmt.Sprintf("Host: host-%d.example.org", i))
	}
	invent(0)
	_, before := series(), series() // the first scrape adds series of its own
	for i := range 2500 {
		invent(i + 1)
	}
	if after := series(); after != before {
		t.Errorf("%d lines of metrics have become %d", before, after)
	}
}

func TestExemplarsHoldRequestIDs(t *testing.T) {
	t.Parallel()
	s := startService(t, nil)
	s.Do("GET", "/book/1", "", "X-Request-ID: exemplary")
	metrics := s.Do("GET", s.admin+"/metrics", "", "Accept: application/openmetrics-text").Body
	if !strings.Contains(metrics, `# {request_id="exemplary"}`) {
		t.Errorf("no exemplar in %s", metrics)
	}
}

func TestStalledScrapersDoNotBlockOthers(t *testing.T) {
	t.Parallel()
	s := startService(t, nil)
	for range 4 {
		unread(t, s.admin, strings.Repeat("GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n", 200))
	}
	var got webtest.Response
	for end := time.Now().Add(15 * time.Second); got.Status != http.StatusOK && time.Now().Before(end); {
		time.Sleep(time.Second) // until the buffers of their connections are full
		got = s.Do("GET", s.admin+"/metrics", "")
	}
	if got.Status != http.StatusOK {
		t.Errorf("a scrape is answered with %d: %s", got.Status, got.Body)
	}
}
