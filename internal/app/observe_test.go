package app

import (
	"context"
	"database/sql"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"example.com/templatesite/internal/admin"
	"example.com/templatesite/internal/database"
	"example.com/templatesite/internal/databasetest"
	"example.com/templatesite/internal/metrics"
	"example.com/templatesite/internal/web"
	"example.com/templatesite/internal/webtest"
)

func TestRequestIsInTheLogOfTheLogServerAndInTheMetrics(t *testing.T) {
	t.Parallel()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	received := make(chan string, 1)
	go func() {
		conn, err := ln.Accept()
		if err != nil {
			return
		}
		defer conn.Close()
		text, _ := io.ReadAll(conn) // up to the end of the service
		received <- string(text)
	}()
	s := startService(t, map[string]string{"SYSLOG_ADDRESS": "tcp://" + ln.Addr().String()})
	s.Do("GET", "/book/1", "", "X-Request-ID: find-me")
	s.Do("GET", "/livez", "", "X-Request-ID: a-probe")
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
		`log_records_dropped_total{sink="syslog"} 0`, `panics_total 0`, `admin_wrong_tokens_total 0`, `build_info{`, `go_goroutines`, `process_open_fds`,
	} {
		if !strings.Contains(metrics, want) {
			t.Errorf("the metrics lack %s", want)
		}
	}
	s.exit()
	select {
	case text := <-received:
		if !strings.Contains(text, " "+testService.Name+" ") || !strings.Contains(text, `[request@32473 id="find-me"] request method=GET route=/book/{id}`) {
			t.Errorf("the log server got %s", text)
		}
		if strings.Contains(text, "a-probe") {
			t.Error("a debug record went to the log server")
		}
	case <-time.After(10 * time.Second):
		t.Error("the log server got nothing")
	}
}

func TestPanicAndItsLogRecordsAreCounted(t *testing.T) {
	t.Parallel()
	registry := metrics.New("1", "2", "3")
	log := slog.New(registry.LogRecords(slog.NewTextHandler(t.Output(), nil)))
	panics := http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic("on purpose") })
	c := &config{AllowedHosts: []string{"example.com"}, RequestTimeout: time.Minute}
	handler := web.Chain(panics, c.middlewares(log, nil, nil, registry.Requests())...)
	handler.ServeHTTP(httptest.NewRecorder(), httptest.NewRequestWithContext(t.Context(), "GET", "/", nil))
	scrape := httptest.NewRecorder()
	registry.Handler().ServeHTTP(scrape, httptest.NewRequestWithContext(t.Context(), "GET", "/metrics", nil))
	for _, want := range []string{
		"\npanics_total 1\n", `log_records_total{level="error"} 2`, // the stack, and the request
		`http_server_request_duration_seconds_count{http_request_method="GET",http_response_status_code="500",http_route="unmatched"} 1`,
	} {
		if !strings.Contains(scrape.Body.String(), want) {
			t.Errorf("the metrics lack %s", want)
		}
	}
}

func TestDatabaseConnectionsAreCountedAsUsedOrIdle(t *testing.T) {
	t.Parallel()
	registry := metrics.New("1", "2", "3")
	db := databasetest.OpenSQLite(t, resources())
	registry.Database(db.DB, migrationCounts(db, resources()))
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

func TestLivePlotsUseExistingMetrics(t *testing.T) {
	t.Parallel()
	s := startService(t, nil)
	s.Do("GET", "/book/1", "")
	metrics := s.Do("GET", s.admin+"/metrics", "").Body
	names := admin.Plotted()
	for _, name := range names {
		if !strings.Contains(metrics, "\n# TYPE "+name+" ") {
			t.Errorf("the metrics lack %s", name)
		}
	}
	if len(names) == 0 {
		t.Error("the plots use no metrics")
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
		send("GET", "/book/", fmt.Sprintf("Host: host-%d.example.com", i))
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

func TestServiceRunsWithoutAnAdminAddress(t *testing.T) {
	t.Parallel()
	s := startService(t, map[string]string{"ADMIN_ADDRESS": ""})
	if got := s.Do("GET", "/book/1", "").Status; got != 200 {
		t.Errorf("status %d", got)
	}
}

func TestDevelopmentPasswordIsRefusedInProduction(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		environment, password, url string
		want                       int
	}{
		{"production", publishedPassword, "postgres://app@db/x", 2},
		{"production", "", "postgres://app:" + publishedPassword + "@db/x", 2},
		{"production", "", "postgres://app@db/x?password=" + publishedPassword, 2},
		{"production", "", "postgres://app:" + percentEncoded(publishedPassword) + "@db/x", 2},
		{"production", "another", "postgres://app@db/x", 0},
		{"development", publishedPassword, "postgres://app@db/x", 0},
	} {
		env := map[string]string{"ENVIRONMENT": tt.environment, "DATABASE_PASSWORD": tt.password, "DATABASE_URL": tt.url}
		status, stdout, stderr := command(t, env, "", "settings")
		if status != tt.want || strings.Contains(stdout+stderr, publishedPassword) {
			t.Errorf("%+v: exit status %d: %s%s", tt, status, stdout, stderr)
		}
	}
}

// percentEncoded returns text as it may also be written in a URL.
func percentEncoded(text string) string { return fmt.Sprintf("%%%02x", text[0]) + text[1:] }

func TestInsertedRowsOfEveryResourceAreCounted(t *testing.T) {
	onEach(t, func(t *testing.T, env map[string]string, _ *database.DB) {
		var mu sync.Mutex
		inserted := map[string]int64{}
		db, err := database.Open(database.Options{URL: env["DATABASE_URL"], MaxConnections: 1, Observe: func(_ context.Context, s *web.Statement) {
			mu.Lock()
			defer mu.Unlock()
			if s.Operation == "insert" {
				inserted[s.Table] += s.Rows
			}
		}})
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		if err := load(t.Context(), db, resources(), ownFixtures(resources()), func() {}); err != nil {
			t.Fatal(err)
		}
		for _, resource := range resources() {
			if inserted[resource.Name] == 0 {
				t.Errorf("no row of %s is counted as inserted", resource.Name)
			}
		}
	})
}
