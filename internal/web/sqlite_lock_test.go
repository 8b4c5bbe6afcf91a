package web_test

import (
	"net/http"
	"sync"
	"testing"
	"time"

	"example.com/templatesite/internal/databasetest"
	"example.com/templatesite/internal/sampletest"
	"example.com/templatesite/internal/webtest"
)

func TestReadsContinueWhileChangesWaitForTheLockOfSQLite(t *testing.T) {
	t.Parallel()
	db := databasetest.OpenSQLite(t, sampletest.Resources())
	sampletest.Load(t, db)
	c := webtest.New(t, sampletest.NewAPI(db))
	lock, err := db.Begin() // as another program would
	if err != nil {
		t.Fatal(err)
	}
	var writers sync.WaitGroup
	for range 20 {
		writers.Go(func() {
			if answer := c.Do("POST", "/book/", book); answer.Status != http.StatusCreated {
				t.Errorf("POST = %d: %s", answer.Status, answer.Body)
			}
		})
	}
	time.Sleep(200 * time.Millisecond)
	start := time.Now()
	c.Want(http.StatusOK, "GET", "/book/1", "")
	if took := time.Since(start); took > 5*time.Second {
		t.Errorf("a read took %v", took)
	}
	if err := lock.Rollback(); err != nil {
		t.Error(err)
	}
	writers.Wait()
}
