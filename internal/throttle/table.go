package throttle

import "sync"

const (
	// ways is how many clients share a set.
	ways = 8
	// addressSets and callerSets have room for 65,536 addresses (2.1 MB) and 16,384 callers.
	addressSets, callerSets = 8192, 2048
)

// The buckets that a client has.
const (
	requests = iota
	changes
	guesses
	buckets
)

// client is who was seen last, by a hash, and its buckets.
type client struct {
	key    uint64
	levels [buckets]level
}

// full is when the last of the buckets is full.
func (c *client) full() level { return max(c.levels[requests], c.levels[changes], c.levels[guesses]) }

// table has the buckets of clients, in memory that does not grow. It is safe for concurrent use.
type table []set

// set is where a client can be found. Two clients of different sets do not wait for each other.
type set struct {
	sync.Mutex
	clients [ways]client
}

// lock returns the client with a key, and the set to unlock when it is done with.
//
// A client that the set has no room for replaces the one whose buckets are full first, and takes over
// its levels. If they are full by now, nothing is lost. If not, more clients than fit are busy at
// once: then nobody gets more than its limit, but one that is new may get less.
func (t table) lock(key uint64) (*set, *client) {
	s := &t[key%uint64(len(t))]
	s.Lock()
	idle := &s.clients[0]
	for i := range s.clients {
		c := &s.clients[i]
		if c.key == key {
			return s, c
		}
		if c.full() < idle.full() {
			idle = c
		}
	}
	idle.key = key
	return s, idle
}
