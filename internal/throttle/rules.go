package throttle

import (
	"net/http"
	"strconv"
	"time"

	"example.com/templatesite/internal/web"
)

// rule is what one bucket allows.
type rule struct {
	limit
	bucket  int
	name    string
	rate    Rate
	problem *web.Problem
}

// newRule returns a rule, or nil for a Rate without a limit.
func newRule(bucket int, rate Rate, name, complaint string) *rule {
	if rate == (Rate{}) {
		return nil
	}
	problem := web.NewProblem(http.StatusTooManyRequests, complaint+": at most "+rate.String()+". Try again later.")
	return &rule{limit: newLimit(rate), bucket: bucket, name: name, rate: rate, problem: problem}
}

// rules are those that hold for a request.
type rules struct {
	all []*rule
	// policy is the value of RateLimit-Policy. All responses share it.
	policy []string
}

// newRules leaves out what is nil.
func newRules(all ...*rule) (r rules) {
	policy := ""
	for _, one := range all {
		if one == nil {
			continue
		}
		if policy != "" {
			policy += ", "
		}
		policy += `"` + one.name + `";q=` + strconv.FormatInt(one.rate.Count, 10) + ";w=" + strconv.Itoa(int(one.rate.Period/time.Second))
		r.all = append(r.all, one)
	}
	r.policy = []string{policy}
	return r
}

// take takes a token from each bucket of a client, or none if one is empty. It returns the one with
// the longest wait, and the levels afterwards.
func (r *rules) take(clients table, key uint64, now int64) (levels [buckets]level, empty *rule) {
	s, c := clients.lock(key)
	defer s.Unlock()
	levels = c.levels
	var wait time.Duration
	for _, one := range r.all {
		after, ok := one.take(c.levels[one.bucket], now)
		levels[one.bucket] = after
		if ok {
			continue
		}
		if _, next := one.left(c.levels[one.bucket], now); next > wait {
			empty, wait = one, next
		}
	}
	if empty != nil {
		return c.levels, empty
	}
	c.levels = levels
	return levels, nil
}

// describe sets RateLimit-Policy and RateLimit (draft-ietf-httpapi-ratelimit-headers-11). For a
// token bucket, q is what it holds, and w how long it takes to fill; r is what it has now, and t the
// time in which no more than that can be used, as there will be one token more.
func (r *rules) describe(header http.Header, levels [buckets]level, now int64) {
	text := make([]byte, 0, 64)
	for _, one := range r.all {
		tokens, next := one.left(levels[one.bucket], now)
		if len(text) > 0 {
			text = append(text, ", "...)
		}
		text = append(append(append(text, '"'), one.name...), `";r=`...)
		text = append(strconv.AppendInt(text, tokens, 10), ";t="...)
		text = strconv.AppendInt(text, int64(seconds(next)), 10)
	}
	header["Ratelimit-Policy"], header["Ratelimit"] = r.policy, []string{string(text)}
}
