package metrics

import "sync"

// known keeps what is found by labels, as finding it takes longer than counting. Labels
// have few values, so it never forgets.
type known[L comparable, S any] struct {
	find func(L) S

	mu  sync.RWMutex
	all map[L]S
}

func (k *known[L, S]) of(labels L) S {
	k.mu.RLock()
	s, ok := k.all[labels]
	k.mu.RUnlock()
	if ok {
		return s
	}
	s = k.find(labels)
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.all == nil {
		k.all = map[L]S{}
	}
	k.all[labels] = s
	return s
}
