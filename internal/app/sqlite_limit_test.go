// feature: metrics

package app

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"example.com/templatesite/internal/databasetest"
	"example.com/templatesite/internal/webtest"
)

func TestQueuedClientThatDisconnectsIsNotCountedAsShed(t *testing.T) {
	t.Parallel()
	db := filledSQLite(t)
	s := startService(t, map[string]string{"DATABASE_URL": databasetest.URL(t, db), "MAX_IN_FLIGHT": "1", "LOG_LEVEL": "info"})
	tx, err := db.Write.BeginTx(t.Context(), nil) // takes SQLite's only lock for changes
	if err != nil {
		t.Fatal(err)
	}
	var changes sync.WaitGroup
	changes.Go(func() { s.Do("POST", "/book/", validBook) })
	metric := func(name string) string {
		_, rest, _ := strings.Cut(s.Do("GET", s.admin+"/metrics", "").Body, "\n"+name+" ")
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
	if answer, err := webtest.Send(ctx, transport, "POST", s.url+"/book/", validBook); err == nil {
		t.Errorf("it is answered with %d", answer.Status)
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
