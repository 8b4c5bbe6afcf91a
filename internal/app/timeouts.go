package app

import "time"

// timeouts are all effects of REQUEST_TIMEOUT. None is shorter than the one before, so that
// the earlier one ends a request with a response that says why.
type timeouts struct {
	// statement bounds a statement of the database, on its side.
	statement time.Duration
	// request bounds the work on a request: its context ends, and the response is a 504. For
	// a form it bounds both requests to the API, to read and to change.
	request time.Duration
	// read bounds the time until the body has arrived. If it ended with request, it would
	// cut connections whose request is about to be answered.
	read time.Duration
	// write bounds the time until the client has read the response.
	write time.Duration
}

func (c *config) timeouts() timeouts {
	t := c.RequestTimeout
	return timeouts{statement: t, request: t, read: t + time.Second, write: t + 30*time.Second}
}
