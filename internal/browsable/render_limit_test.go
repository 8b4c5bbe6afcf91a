package browsable_test

import (
	"net/http"
	"runtime"
	"sync"
	"testing"
)

func TestPagesBeyondTheLimitAreRefusedAndTheNextIsNot(t *testing.T) {
	t.Parallel()
	c := start(t)
	var mu sync.Mutex
	count := map[int]int{}
	var group sync.WaitGroup
	for range 100 * runtime.GOMAXPROCS(0) {
		group.Go(func() {
			answer := c.Do("GET", "/strange", "", html)
			mu.Lock()
			defer mu.Unlock()
			count[answer.Status]++
			refused := answer.Status == http.StatusServiceUnavailable
			if refused && (answer.Header.Get("Retry-After") == "" || answer.Header.Get("Content-Type") != "application/problem+json") {
				t.Errorf("refused with %v", answer.Header)
			}
		})
	}
	group.Wait()
	if count[http.StatusOK] == 0 || count[http.StatusServiceUnavailable] == 0 || len(count) != 2 {
		t.Errorf("the answers by status are %v", count)
	}
	c.Want(http.StatusOK, "GET", "/book/", "", html)
}
