package oidc

import (
	"strconv"
	"testing"
	"time"

	"example.com/templatesite/internal/web"
)

func TestCacheIsBounded(t *testing.T) {
	t.Parallel()
	var c cache
	for i := range 3 * cacheSize {
		token := strconv.Itoa(i)
		c.put(token, &web.Caller{}, time.Now().Add(time.Hour))
		if c.get(token) == nil {
			t.Fatal("the newest token is missing")
		}
	}
	n := 0
	c.entries.Range(func(any, any) bool { n++; return true })
	if n == 0 || n > cacheSize {
		t.Errorf("it holds %d tokens", n)
	}
}
