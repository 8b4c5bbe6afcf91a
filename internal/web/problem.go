package web

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"strings"
)

// ErrNotFound is the response for something that does not exist.
var ErrNotFound = NewProblem(http.StatusNotFound, "There is nothing at this address.")

// ErrInternal is the response to an error that the service does not expect. The error itself
// is its cause, so that the client sees nothing of it.
var ErrInternal = NewProblem(http.StatusInternalServerError, "Something went wrong. The log has the reason, under this request_id.")

// ErrTimeout is the response when a request takes too long.
var ErrTimeout = NewProblem(http.StatusGatewayTimeout, "The request took too long. Try again later.").RetryAfter(1)

// ErrStopping is the response to a request that the service can no longer wait for when it
// stops. It is also the cause with which the context of that request is cancelled.
var ErrStopping = NewProblem(http.StatusServiceUnavailable, "The service is stopping. Try again.").RetryAfter(1)

// StatusClientClosedRequest is the status in the log and the metrics for a client that left
// before its response. No client receives it.
const StatusClientClosedRequest = 499

var clientLeft = NewProblem(StatusClientClosedRequest, "The client went away.")

// Problem is an error as the client sees it: the problem details of RFC 9457 with the id of
// the request, which leads from a user's report to the log. What the client must not see
// (SQL, paths, addresses) belongs in the cause, which only the log shows.
type Problem struct {
	Title  string `json:"title" doc:"What the status means." example:"Not Found"`
	Status int    `json:"status" doc:"The HTTP status code." example:"404"`
	Detail string `json:"detail,omitempty" doc:"What went wrong, and what to do." example:"There is nothing at this address."`
	IDs
	Errors    []FieldError `json:"errors,omitempty" doc:"Each thing that is wrong with the request."`
	Referrers []string     `json:"referrers,omitempty" doc:"The resources whose rows have prevented a deletion, since they refer to what would be gone."`

	cause  error
	header http.Header
}

// NewProblem returns a problem with that status and explanation.
func NewProblem(status int, detail string, fields ...FieldError) *Problem {
	title := http.StatusText(status)
	if status == StatusClientClosedRequest {
		title = "Client Closed Request"
	}
	return &Problem{Title: title, Status: status, Detail: detail, Errors: fields}
}

// validationFailed is the detail of a 422. It is also huma's.
const validationFailed = "validation failed"

// invalid returns the problem of a request that is well formed, but has these errors.
func invalid(fields ...FieldError) *Problem {
	return NewProblem(http.StatusUnprocessableEntity, validationFailed, fields...)
}

// WithCause returns a copy of p with a cause, which is logged but not shown.
func (p *Problem) WithCause(cause error) *Problem {
	c := *p
	c.cause = cause
	return &c
}

// RetryAfter returns a copy of p that asks the client to wait before it tries again.
func (p *Problem) RetryAfter(seconds int) *Problem {
	return p.with("Retry-After", strconv.Itoa(seconds))
}

func (p *Problem) with(name, value string) *Problem {
	c := *p
	c.header = p.header.Clone()
	if c.header == nil {
		c.header = http.Header{}
	}
	c.header.Set(name, value)
	return &c
}

// Error returns the detail, the fields and the cause. It is for the log, not for clients.
func (p *Problem) Error() string {
	var text strings.Builder
	text.WriteString(p.Detail)
	for _, field := range p.Errors {
		text.WriteString("; " + field.Location + ": " + field.Message)
	}
	if p.cause != nil {
		text.WriteString(": " + p.cause.Error())
	}
	return text.String()
}

// Unwrap returns the cause.
func (p *Problem) Unwrap() error { return p.cause }

// GetStatus returns the status. huma calls it, GetHeaders and ContentType to send a problem.
func (p *Problem) GetStatus() int { return p.Status }

// GetHeaders returns the headers that are sent with the problem.
func (p *Problem) GetHeaders() http.Header { return p.header }

// ContentType returns the media type of RFC 9457.
func (p *Problem) ContentType(string) string { return "application/problem+json" }

// WriteProblem answers r with p, and records p in the request's Info for the access log.
func WriteProblem(w http.ResponseWriter, r *http.Request, p *Problem) {
	p = p.forRequest(r.Context())
	for name, values := range p.header {
		w.Header()[name] = values
	}
	w.Header().Set("Content-Type", p.ContentType(""))
	w.WriteHeader(p.Status)
	_ = writeJSON(w, p) // it only fails if the client has left
}

// forRequest returns a copy of p with the ids of the request of ctx, and records it as the
// error of that request.
func (p *Problem) forRequest(ctx context.Context) *Problem {
	info := InfoFrom(ctx)
	if p.Status >= http.StatusBadRequest {
		info.Err = p
	}
	c := *p
	c.IDs = info.IDs
	return &c
}

// asProblem turns the error of a handler into a response. classify recognises the errors of
// the database. An error that is not recognised becomes a 500 that reveals nothing about it.
func asProblem(ctx context.Context, err error, classify func(error) *Problem) *Problem {
	if p, ok := errors.AsType[*Problem](err); ok {
		return p.forRequest(ctx)
	}
	p := classify(err)
	switch ctx.Err() {
	case context.Canceled:
		p = clientLeft
		if errors.Is(context.Cause(ctx), ErrStopping) {
			p = ErrStopping
		}
	case context.DeadlineExceeded:
		p = ErrTimeout
	}
	if row, ok := errors.AsType[*RowError](err); ok && p == nil {
		p = rowProblem(row)
	}
	if p == nil {
		p = ErrInternal
	}
	return p.WithCause(err).forRequest(ctx)
}
