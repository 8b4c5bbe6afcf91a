package tweet_test

import (
	"net/http"
	"sync"
	"testing"
	"time"

	"example.com/templatesite/internal/databasetest"
	"example.com/templatesite/internal/webtest"
	"example.com/templatesite/tweet"
)

func TestReadsGoOnWhileChangesWaitForTheLock(t *testing.T) {
	t.Parallel()
	db := databasetest.OpenSQLite(t, resources)
	c := webtest.NewAPI(t, tweet.Resource(), db)
	c.Want(http.StatusCreated, "POST", "/tweet/", `{"text":"one"}`)
	other, err := db.Begin() // as another program would
	if err != nil {
		t.Fatal(err)
	}
	var writers sync.WaitGroup
	for range 20 {
		writers.Go(func() { c.Want(http.StatusCreated, "POST", "/tweet/", `{"text":"waits"}`) })
	}
	time.Sleep(200 * time.Millisecond)
	start := time.Now()
	c.Want(http.StatusOK, "GET", "/tweet/1", "")
	if took := time.Since(start); took > 5*time.Second {
		t.Errorf("a read took %v", took)
	}
	if err := other.Rollback(); err != nil {
		t.Error(err)
	}
	writers.Wait()
}
