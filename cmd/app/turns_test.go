package main

import (
	"fmt"
	"net/http"
	"sync"
	"testing"
	"time"

	"example.com/templatesite/internal/databasetest"
)

func TestChangesThatWaitForALockedRowLeaveConnectionsToReads(t *testing.T) {
	t.Parallel()
	databasetest.NeedPostgres(t)
	db := databasetest.OpenPostgres(t, apps())
	s := startService(t, map[string]string{
		"DATABASE_URL": databasetest.URL(t, db), "DATABASE_MAX_CONNECTIONS": "4", "MAX_IN_FLIGHT": "4", "REQUEST_TIMEOUT": "30s",
	})
	for id := range 2 {
		s.do("POST", "/tweet/", fmt.Sprintf(`{"text":"%d"}`, id))
	}
	tx, err := db.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tx.ExecContext(t.Context(), "update tweet set text = 'locked' where id = 1"); err != nil {
		t.Fatal(err)
	}
	var changes sync.WaitGroup
	for range 8 {
		changes.Go(func() { s.do("PUT", "/tweet/1", `{"text":"waits"}`) })
	}
	time.Sleep(200 * time.Millisecond)
	start := time.Now()
	if read := s.do("GET", "/tweet/2", ""); read.status != http.StatusOK || time.Since(start) > 10*time.Second {
		t.Errorf("a read of another row is a %d after %v", read.status, time.Since(start))
	}
	if err := tx.Rollback(); err != nil {
		t.Error(err)
	}
	changes.Wait()
}
