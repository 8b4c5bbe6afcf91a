package web

import (
	"maps"
	"sync"
	"sync/atomic"
)

// Cache maps keys to values that every request needs and that take longer to create than to
// look up. It is a copy-on-write map: hardly any request adds to it, and reads take no lock,
// for which processors would contend. It is safe for concurrent use.
type Cache[K comparable, V any] struct {
	create func(K) V
	limit  int

	mu     sync.Mutex // held while an entry is added
	values atomic.Pointer[map[K]V]
}

// NewCache returns a cache of at most limit values. Entries are never removed: beyond the
// limit, values are created each time.
func NewCache[K comparable, V any](limit int, create func(K) V) *Cache[K, V] {
	c := &Cache[K, V]{create: create, limit: limit}
	c.values.Store(&map[K]V{})
	return c
}

// Get returns the value of a key. It may call create more than once for the same key, which
// must then return equal values.
func (c *Cache[K, V]) Get(key K) V {
	if v, ok := (*c.values.Load())[key]; ok {
		return v
	}
	v := c.create(key)
	c.mu.Lock()
	defer c.mu.Unlock()
	if values := *c.values.Load(); len(values) < c.limit {
		values = maps.Clone(values)
		values[key] = v
		c.values.Store(&values)
	}
	return v
}
