package faults

import (
	"slices"
	"time"
)

// answer is the outcome of one request: a status, or an error of the connection.
type answer struct {
	begin  time.Time
	took   time.Duration
	status int
	err    error
	// problem reports whether the body is a problem document, with Retry-After if the status is 5xx.
	problem bool
	// retryAfter is the value of Retry-After, or 0.
	retryAfter time.Duration
}

// ok reports whether the request succeeded.
func (a answer) ok() bool { return a.err == nil && a.status < 300 }

// statuses counts the responses by status. Errors of the connection count as status 0.
func statuses(answers []answer) map[int]int {
	count := map[int]int{}
	for _, a := range answers {
		count[a.status]++
	}
	return count
}

// failed returns the responses that are not 2xx.
func failed(answers []answer) []answer {
	return slices.DeleteFunc(slices.Clone(answers), answer.ok)
}

// since returns the responses to requests that were sent at begin or later.
func since(answers []answer, begin time.Time) []answer {
	return slices.DeleteFunc(slices.Clone(answers), func(a answer) bool { return a.begin.Before(begin) })
}

// percentile returns the time within which this fraction of the requests was answered.
func percentile(answers []answer, fraction float64) time.Duration {
	if len(answers) == 0 {
		return 0
	}
	times := make([]time.Duration, len(answers))
	for i, a := range answers {
		times[i] = a.took
	}
	slices.Sort(times)
	return times[min(int(fraction*float64(len(times))), len(times)-1)]
}
