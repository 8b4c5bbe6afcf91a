package throttle

import "time"

// limit is how fast a bucket fills, and how much it holds: its window has room for as many
// intervals as the rate has requests. A client that was idle may send all of them at once.
type limit struct{ interval, window int64 } // nanoseconds

func newLimit(r Rate) limit {
	interval := int64(r.Period) / r.Count
	return limit{interval, interval * r.Count}
}

// level is the state of a token bucket in one number: the time at which it is full again, in
// nanoseconds (the generic cell rate algorithm, ITU-T I.371). One in the past is a full bucket,
// so that a client who asks for little needs no memory.
type level int64

// take returns the level after a request, and whether the bucket had a token for it.
func (l limit) take(full level, now int64) (level, bool) {
	after := max(int64(full), now) + l.interval
	return level(after), after-now <= l.window
}

// left returns how many tokens there are, and how long it takes until there is one more.
func (l limit) left(full level, now int64) (tokens int64, next time.Duration) {
	missing := max(int64(full)-now, 0)
	tokens = max(l.window-missing, 0) / l.interval
	return tokens, time.Duration(max(missing-l.window+(tokens+1)*l.interval, 0))
}
