package app

import (
	"context"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"example.com/templatesite/internal/databasetest"
)

func TestChangesThatWaitForALockedRowLeaveConnectionsToReads(t *testing.T) {
	t.Parallel()
	db := filledPostgres(t)
	s := startService(t, map[string]string{
		"DATABASE_URL": databasetest.URL(t, db), "DATABASE_MAX_CONNECTIONS": "4", "MAX_IN_FLIGHT": "4", "REQUEST_TIMEOUT": "30s",
	})
	tx, err := db.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tx.ExecContext(t.Context(), "update book set title = 'locked' where id = 1"); err != nil {
		t.Fatal(err)
	}
	var changes sync.WaitGroup
	for range 8 {
		changes.Go(func() { s.do("PUT", "/book/1", validBook) })
	}
	time.Sleep(200 * time.Millisecond)
	start := time.Now()
	if read := s.do("GET", "/book/2", ""); read.status != http.StatusOK || time.Since(start) > 10*time.Second {
		t.Errorf("a read of another row is a %d after %v", read.status, time.Since(start))
	}
	if err := tx.Rollback(); err != nil {
		t.Error(err)
	}
	changes.Wait()
}

func TestClientThatLeavesWhileItWaitsForItsTurnIsNotRefused(t *testing.T) {
	t.Parallel()
	db := filledSQLite(t)
	s := startService(t, map[string]string{"DATABASE_URL": databasetest.URL(t, db), "MAX_IN_FLIGHT": "1", "LOG_LEVEL": "info"})
	tx, err := db.Write.BeginTx(t.Context(), nil) // takes SQLite's only lock for changes
	if err != nil {
		t.Fatal(err)
	}
	var changes sync.WaitGroup
	changes.Go(func() { s.do("POST", "/book/", validBook) })
	metric := func(name string) string {
		_, rest, _ := strings.Cut(s.do("GET", s.admin+"/metrics", "").body, "\n"+name+" ")
		value, _, _ := strings.Cut(rest, "\n")
		return value
	}
	for range 200 {
		if metric(`http_server_active_requests{http_route="/book/"}`) == "1" {
			break
		}
		time.Sleep(50 * time.Millisecond)
	}
	ctx, leave := context.WithTimeout(t.Context(), 300*time.Millisecond) // shorter than it would wait
	defer leave()
	r, err := http.NewRequestWithContext(ctx, "POST", s.url+"/book/", strings.NewReader(validBook))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	if response, err := client.RoundTrip(r); err == nil {
		response.Body.Close()
		t.Errorf("it is answered with %d", response.StatusCode)
	}
	s.record("request", func(r map[string]any) bool { return r["status"] == 499.0 })
	if got := metric(`http_server_requests_shed_total{kind="change"}`); got != "0" {
		t.Errorf("%s were refused", got)
	}
	if err := tx.Rollback(); err != nil {
		t.Error(err)
	}
	changes.Wait()
}
