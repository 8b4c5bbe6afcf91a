package app

import (
	"net/http"
	"sync"
	"testing"
	"time"

	"example.com/templatesite/internal/databasetest"
)

func TestChangesWaitingForALockLeaveConnectionsForReads(t *testing.T) {
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
		changes.Go(func() { s.Do("PUT", "/book/1", validBook) })
	}
	time.Sleep(200 * time.Millisecond)
	start := time.Now()
	if read := s.Do("GET", "/book/2", ""); read.Status != http.StatusOK || time.Since(start) > 10*time.Second {
		t.Errorf("a read of another row is a %d after %v", read.Status, time.Since(start))
	}
	if err := tx.Rollback(); err != nil {
		t.Error(err)
	}
	changes.Wait()
}
