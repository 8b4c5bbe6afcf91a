package metrics

import (
	"maps"
	"sync"
	"sync/atomic"
)

// known keeps what is found by labels, as finding it takes longer than counting. Labels
// have few values, so it never forgets. Every request looks something up, and hardly any
// adds to it: so a map is replaced, and never written to, and reading it needs no lock
// that all processors would share.
type known[L comparable, S any] struct {
	find func(L) S

	mu  sync.Mutex // of who adds
	all atomic.Pointer[map[L]S]
}

func newKnown[L comparable, S any](find func(L) S) *known[L, S] {
	k := &known[L, S]{find: find}
	k.all.Store(&map[L]S{})
	return k
}

func (k *known[L, S]) of(labels L) S {
	if s, ok := (*k.all.Load())[labels]; ok {
		return s
	}
	s := k.find(labels)
	k.mu.Lock()
	defer k.mu.Unlock()
	all := maps.Clone(*k.all.Load())
	all[labels] = s
	k.all.Store(&all)
	return s
}
