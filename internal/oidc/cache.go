package oidc

import (
	"crypto/sha256"
	"sync"
	"sync/atomic"
	"time"

	"example.com/templatesite/internal/web"
)

const (
	// remembered is how long a verified token needs no verification. It is at most as long as the keys
	// are known.
	remembered = rest
	// cacheSize is how many verified tokens a cache holds.
	cacheSize = 10_000
)

// cache holds the callers of verified tokens. When it is full it begins anew, since each counts for
// seconds only. Reads take no lock. It is safe for concurrent use.
type cache struct {
	entries sync.Map // of the SHA-256 of a token to *entry
	added   atomic.Int64
}

// entry is a caller. until is monotonic: setting the clock makes no difference.
type entry struct {
	caller *web.Caller
	until  time.Time
}

// get returns the caller of a token that has been verified, or nil.
func (c *cache) get(token string) *web.Caller {
	found, _ := c.entries.Load(sha256.Sum256([]byte(token)))
	if e, _ := found.(*entry); e != nil && time.Now().Before(e.until) {
		return e.caller
	}
	return nil
}

// put remembers the caller of a token, but not beyond the time when it ceases to be valid.
func (c *cache) put(token string, caller *web.Caller, end time.Time) {
	if c.added.Add(1) > cacheSize {
		c.entries.Clear()
		c.added.Store(1)
	}
	now := time.Now()
	c.entries.Store(sha256.Sum256([]byte(token)), &entry{caller, now.Add(min(remembered, end.Sub(now)))})
}
