package token

import (
	"sync"
	"sync/atomic"
	"time"

	"example.com/templatesite/internal/web"
)

const (
	// remembered is how long an answer of the database counts. A revocation holds on every replica
	// after that time.
	remembered = 5 * time.Second
	// cacheSize is how many answers a cache holds.
	cacheSize = 10_000
)

// answer is who a secret belongs to, or the error of one that belongs to nobody. until is monotonic:
// setting the clock makes no difference.
type answer struct {
	caller *web.Caller
	err    error
	until  time.Time
}

func (a *answer) isFresh() bool { return a != nil && time.Now().Before(a.until) }

// cache holds answers. When it is full it begins anew, since each counts for seconds only. Reads
// take no lock. It is safe for concurrent use.
type cache struct {
	answers sync.Map // of hash to *answer
	added   atomic.Int64
}

// get returns the answer for a hash, which may be old, or nil.
func (c *cache) get(h hash) *answer {
	found, _ := c.answers.Load(h)
	a, _ := found.(*answer)
	return a
}

func (c *cache) put(h hash, a *answer) {
	if c.added.Add(1) > cacheSize {
		c.answers.Clear()
		c.added.Store(1)
	}
	c.answers.Store(h, a)
}
