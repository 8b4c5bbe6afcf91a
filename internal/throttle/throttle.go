// Package throttle bounds how much one client may ask for: a caller, by its credential, or an
// address where there is no caller. Each has token buckets: of requests, of changes among them,
// and of credentials that are not valid.
//
// It does not know how clients are told apart behind proxies, nor who finds out about callers:
// web.Info has both.
package throttle

import (
	"hash/maphash"
	"net/http"
	"net/netip"
	"strings"
	"time"

	"example.com/templatesite/internal/web"
)

// Guesses is how many credentials that are not valid may come from one address.
var Guesses = Rate{10, time.Minute}

// Limits are what a client may do; see Rate for none.
type Limits struct {
	Requests Rate // all of them
	Changes  Rate // those whose method is not GET, HEAD or OPTIONS; they count as requests, too
}

// Throttle is a web.Throttle. It is safe for concurrent use, and its memory does not grow with the
// number of clients. Each process counts for itself.
type Throttle struct {
	exempt                   func(path string) bool
	seed                     maphash.Seed
	start                    time.Time
	callers, addresses       table
	reading, changing, wrong rules
}

// New returns a Throttle. Requests to the paths that exempt selects are not counted.
func New(limits Limits, exempt func(path string) bool) *Throttle {
	t := &Throttle{
		exempt: exempt, seed: maphash.MakeSeed(), start: time.Now(),
		callers: make(table, callerSets), addresses: make(table, addressSets),
	}
	all := newRule(requests, limits.Requests, "requests", "Too many requests")
	t.reading = newRules(all)
	t.changing = newRules(all, newRule(changes, limits.Changes, "changes", "Too many changes"))
	t.wrong = newRules(newRule(guesses, Guesses, "credentials", "Too many credentials that are not valid"))
	return t
}

// now is monotonic: setting the clock makes no difference.
func (t *Throttle) now() int64 { return int64(time.Since(t.start)) }

// Covers is that of web.Throttle.
func (t *Throttle) Covers(path string) bool { return !t.exempt(path) }

// Count is that of web.Throttle.
func (t *Throttle) Count(header http.Header, r *http.Request) *web.Problem {
	rules := &t.changing
	switch r.Method {
	case http.MethodGet, http.MethodHead, http.MethodOptions:
		rules = &t.reading
	}
	info := web.InfoFrom(r.Context())
	if info.Caller != nil {
		return t.take(header, rules, t.callers, maphash.String(t.seed, info.Caller.ID))
	}
	return t.take(header, rules, t.addresses, t.hash(info.Client))
}

// MayGuess is that of web.Throttle.
func (t *Throttle) MayGuess(address string) bool {
	now := t.now()
	s, c := t.addresses.lock(t.hash(address))
	defer s.Unlock()
	_, ok := t.wrong.all[0].take(c.levels[guesses], now)
	return ok
}

// Guessed is that of web.Throttle.
func (t *Throttle) Guessed(header http.Header, address string, lookedUp bool) *web.Problem {
	problem := t.take(header, &t.wrong, t.addresses, t.hash(address))
	if problem == nil && !lookedUp { // the bucket has got a token since
		rule := t.wrong.all[0]
		problem = rule.problem.RetryAfter(seconds(time.Duration(rule.interval)))
	}
	return problem
}

// take takes a token from each bucket that the rules name. If one is empty, it takes none and
// returns a problem.
func (t *Throttle) take(header http.Header, rules *rules, clients table, key uint64) *web.Problem {
	if len(rules.all) == 0 {
		return nil
	}
	now := t.now()
	levels, empty := rules.take(clients, key, now)
	rules.describe(header, levels, now)
	if empty == nil {
		return nil
	}
	_, wait := empty.left(levels[empty.bucket], now)
	return empty.problem.RetryAfter(seconds(wait))
}

// hash returns the key of an address. A network of IPv6 with 64 bits is one client, because a
// client may choose any address in it.
func (t *Throttle) hash(address string) uint64 {
	if strings.IndexByte(address, ':') >= 0 {
		if ip, err := netip.ParseAddr(address); err == nil {
			network := ip.As16()
			return maphash.Bytes(t.seed, network[:8])
		}
	}
	return maphash.String(t.seed, address)
}

// seconds rounds up.
func seconds(d time.Duration) int { return int((d + time.Second - 1) / time.Second) }
