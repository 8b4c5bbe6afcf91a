package metrics

import (
	"maps"
	"sync"
	"sync/atomic"
)

// seriesCache maps labels to their series, because WithLabelValues takes longer than counting.
// Labels have few values, so entries are never removed. It is a copy-on-write map: every
// request reads it, hardly any adds to it, and reads take no lock that processors would contend
// for. It is safe for concurrent use.
type seriesCache[L comparable, S any] struct {
	create func(L) S

	mu     sync.Mutex // held while an entry is added
	series atomic.Pointer[map[L]S]
}

func newSeriesCache[L comparable, S any](create func(L) S) *seriesCache[L, S] {
	c := &seriesCache[L, S]{create: create}
	c.series.Store(&map[L]S{})
	return c
}

// get returns the series of labels. It may call create more than once for the same labels, which
// must return the same series.
func (c *seriesCache[L, S]) get(labels L) S {
	if s, ok := (*c.series.Load())[labels]; ok {
		return s
	}
	s := c.create(labels)
	c.mu.Lock()
	defer c.mu.Unlock()
	series := maps.Clone(*c.series.Load())
	series[labels] = s
	c.series.Store(&series)
	return s
}
