package web

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"
)

const (
	// rememberedFor is how long an answer about a secret counts. What ends a secret holds on every
	// replica after that time.
	rememberedFor = 5 * time.Second
	// rememberedAnswers is how many answers a cache holds.
	rememberedAnswers = 10_000
	// lookups is how many secrets are looked up at once. More would take connections from the
	// requests of callers that are known.
	lookups = 4
	// lookupTimeout is how long a lookup takes at most.
	lookupTimeout = 2 * time.Second
)

// SecretHash is the SHA-256 of a secret, which is all that the service keeps of it.
type SecretHash [sha256.Size]byte

// HashSecret returns the hash of a secret. The secret has to be random: for a password, which can be
// guessed, the hash would be too fast.
func HashSecret(secret string) SecretHash { return sha256.Sum256([]byte(secret)) }

// Callers find out to whom a secret belongs. What the database says, also that it belongs to nobody,
// counts for 5 seconds. The zero value only has Remember and Remembered. It is safe for concurrent use.
type Callers struct {
	find func(context.Context, SecretHash) (*Caller, error)
	// known has the answers for secrets that are valid, and unknown those for others, so that no
	// number of guesses displaces the valid ones.
	known, unknown answerCache
	// renewals are lookups of secrets that were valid a moment ago. They do not wait for those
	// of strangers.
	renewals, others *Limiter
}

// NewCallers returns callers that find asks the database about. It returns an ErrUnknownCaller for a
// secret that belongs to nobody, and has 2 seconds.
func NewCallers(find func(context.Context, SecretHash) (*Caller, error)) *Callers {
	return &Callers{find: find, renewals: NewLimiter(lookups), others: NewLimiter(lookups)}
}

var errManyLookups = errors.New("too many secrets are being looked up")

// Remembered returns the caller of a secret that was valid in the last 5 seconds, or nil.
func (c *Callers) Remembered(h SecretHash) *Caller {
	if known := c.known.get(h); known.isFresh() {
		return known.caller
	}
	return nil
}

// Remember says to whom a secret belongs, but not beyond the time when it ceases to be valid.
func (c *Callers) Remember(h SecretHash, caller *Caller, end time.Time) {
	now := time.Now()
	c.known.put(h, &answer{caller: caller, until: now.Add(min(rememberedFor, end.Sub(now)))})
}

// Find returns the caller to whom a secret belongs, an ErrUnknownCaller if it belongs to nobody, or
// another error if that cannot be found out.
func (c *Callers) Find(ctx context.Context, h SecretHash) (*Caller, error) {
	known := c.known.get(h)
	if known.isFresh() { // the usual case
		return known.caller, nil
	}
	if unknown := c.unknown.get(h); unknown.isFresh() {
		return nil, unknown.err
	}
	if known == nil { // feature: throttle
		if err := MayLookUp(ctx); err != nil {
			return nil, err
		}
	}
	limiter := c.others
	if known != nil {
		limiter = c.renewals
	}
	if !limiter.Acquire(ctx) {
		return nil, errors.Join(errManyLookups, ctx.Err())
	}
	defer limiter.Release()
	for _, cache := range []*answerCache{&c.known, &c.unknown} {
		if a := cache.get(h); a.isFresh() { // somebody else has just looked
			return a.caller, a.err
		}
	}
	return c.lookUp(ctx, h)
}

// Forget makes the next Find of a secret ask the database.
func (c *Callers) Forget(h SecretHash) {
	c.known.answers.Delete(h)
	c.unknown.answers.Delete(h)
}

// lookUp asks the database, and remembers what it says.
func (c *Callers) lookUp(ctx context.Context, h SecretHash) (*Caller, error) {
	a := &answer{until: time.Now().Add(rememberedFor)} // as of now: the row may change from here on
	ctx, cancel := context.WithTimeout(ctx, lookupTimeout)
	defer cancel()
	a.caller, a.err = c.find(ctx, h)
	switch {
	case a.err == nil:
		c.known.put(h, a)
	case errors.Is(a.err, ErrUnknownCaller):
		c.known.answers.Delete(h)
		c.unknown.put(h, a)
	default:
		return nil, fmt.Errorf("look up a caller: %w", a.err)
	}
	return a.caller, a.err
}

// answer is who a secret belongs to, or the error of one that belongs to nobody. until is monotonic:
// setting the clock makes no difference.
type answer struct {
	caller *Caller
	err    error
	until  time.Time
}

func (a *answer) isFresh() bool { return a != nil && time.Now().Before(a.until) }

// answerCache holds answers. When it is full it begins anew, since each counts for seconds only. Reads
// take no lock. It is safe for concurrent use.
type answerCache struct {
	answers sync.Map // of SecretHash to *answer
	added   atomic.Int64
}

// get returns the answer for a hash, which may be old, or nil.
func (c *answerCache) get(h SecretHash) *answer {
	found, _ := c.answers.Load(h)
	a, _ := found.(*answer)
	return a
}

func (c *answerCache) put(h SecretHash, a *answer) {
	if c.added.Add(1) > rememberedAnswers {
		c.answers.Clear()
		c.added.Store(1)
	}
	c.answers.Store(h, a)
}
