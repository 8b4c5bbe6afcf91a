package web_test

import (
	"strconv"
	"sync"
	"sync/atomic"
	"testing"

	"example.com/templatesite/internal/web"
)

func TestCacheCreatesAValueOnceUpToItsLimit(t *testing.T) {
	t.Parallel()
	var created atomic.Int64
	c := web.NewCache(2, func(n int) string { created.Add(1); return strconv.Itoa(n) })
	for range 3 {
		for n := range 3 { // the third is beyond the limit
			if got := c.Get(n); got != strconv.Itoa(n) {
				t.Errorf("Get(%d) = %q", n, got)
			}
		}
	}
	if got := created.Load(); got != 2+3 {
		t.Errorf("%d values were created, want 5", got)
	}
}

func TestCacheIsSafeForConcurrentUse(t *testing.T) {
	t.Parallel()
	c := web.NewCache(100, func(n int) int { return n })
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			for n := range 200 {
				if got := c.Get(n); got != n {
					t.Errorf("Get(%d) = %d", n, got)
				}
			}
		})
	}
	group.Wait()
}
