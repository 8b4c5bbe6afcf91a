package web

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"
)

// ErrNotFound is the answer for a thing that does not exist.
var ErrNotFound = NewProblem(http.StatusNotFound, "There is nothing at this address.")

// ErrInternal is the answer to an error that nothing has classified, and to a panic.
var ErrInternal = NewProblem(http.StatusInternalServerError, "Something went wrong. The request_id leads to the reason in the log.")

// ErrTimeout is the answer when the time of a request is over.
var ErrTimeout = NewProblem(http.StatusGatewayTimeout, "The request took too long. Try again later.").RetryAfter(1)

// ErrStopping is the cause with which the context of a request ends, and its answer,
// when the service cannot wait for it any longer.
var ErrStopping = NewProblem(http.StatusServiceUnavailable, "The service is stopping. Try again.").RetryAfter(1)

// StatusClientClosedRequest is what the log and the metrics show for a client
// that went away before its answer; nobody receives it.
const StatusClientClosedRequest = 499

// Problem is an error as the client sees it: RFC 9457's problem details with
// the request's id, so that a user's report leads to the log. What the client
// must not see (SQL, paths, addresses) is in the cause, which only the log gets.
type Problem struct {
	Title     string       `json:"title" doc:"What the status means." example:"Not Found"`
	Status    int          `json:"status" doc:"The HTTP status code." example:"404"`
	Detail    string       `json:"detail,omitempty" doc:"What went wrong, and what to do." example:"There is nothing at this address."`
	RequestID string       `json:"request_id,omitempty" doc:"Quote it in a report: it finds the request in the log." example:"MSX2ZLHVFHWKEBQ6XUIMVB4B7X"`
	TraceID   string       `json:"trace_id,omitempty" doc:"The trace of the request, when there is one." example:"4bf92f3577b34da6a3ce929d0e0e4736"`
	Errors    []FieldError `json:"errors,omitempty" doc:"Each thing that is wrong with the request."`

	cause  error
	header http.Header
}

// FieldError is one thing that is wrong with a request, and where. It never repeats
// the value that was sent, which may be a secret.
type FieldError struct {
	Message  string `json:"message" example:"expected number <= 1000"`
	Location string `json:"location,omitempty" doc:"Where: body, query, path or header, and the name there." example:"query.limit"`
}

// A request can be wrong in more places, and a place can have a longer name, than
// anyone wants to read in an answer or in the log.
const (
	maxPlaces   = 20
	maxLocation = 100
)

func shortened(location string) string {
	if len(location) <= maxLocation {
		return location
	}
	return strings.ToValidUTF8(location[:maxLocation], "") + "…"
}

// NewProblem returns a problem with that status and explanation.
func NewProblem(status int, detail string, places ...FieldError) *Problem {
	title := http.StatusText(status)
	if status == StatusClientClosedRequest {
		title = "Client Closed Request"
	}
	return &Problem{Title: title, Status: status, Detail: detail, Errors: places}
}

// WithCause returns a copy of p with the cause, which is logged and not shown.
func (p *Problem) WithCause(cause error) *Problem {
	c := *p
	c.cause = cause
	return &c
}

// RetryAfter returns a copy of p that asks the client to wait.
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

// Error is the whole story, cause included: it is for the log.
func (p *Problem) Error() string {
	var text strings.Builder
	text.WriteString(p.Detail)
	for _, place := range p.Errors {
		text.WriteString("; " + place.Location + ": " + place.Message)
	}
	if p.cause != nil {
		text.WriteString(": " + p.cause.Error())
	}
	return text.String()
}

// Unwrap returns the cause.
func (p *Problem) Unwrap() error { return p.cause }

// GetStatus returns the status: with GetHeaders and ContentType, it is how huma
// knows how to send a problem.
func (p *Problem) GetStatus() int { return p.Status }

// GetHeaders returns the headers that go with the problem.
func (p *Problem) GetHeaders() http.Header { return p.header }

// ContentType returns RFC 9457's media type in place of ct.
func (p *Problem) ContentType(string) string { return "application/problem+json" }

// WriteProblem answers r with p, and leaves p for the access log.
func WriteProblem(w http.ResponseWriter, r *http.Request, p *Problem) {
	p = p.addressed(r.Context())
	for name, values := range p.header {
		w.Header()[name] = values
	}
	w.Header().Set("Content-Type", p.ContentType(""))
	w.WriteHeader(p.Status)
	// The status is sent: a client that is gone cannot be told anything more.
	_ = writeJSON(w, p)
}

// addressed returns p for the request of ctx, and notes it there as the reason.
func (p *Problem) addressed(ctx context.Context) *Problem {
	info := InfoFrom(ctx)
	if p.Status >= http.StatusBadRequest {
		info.Err = p
	}
	c := *p
	c.RequestID, c.TraceID = info.ID, info.TraceID
	return &c
}

// asProblem is the one place where an error becomes an answer. classify knows
// the errors of the database; what nobody knows is a 500 that shows nothing.
func asProblem(ctx context.Context, err error, classify func(error) *Problem) *Problem {
	if p, ok := errors.AsType[*Problem](err); ok {
		return p.addressed(ctx)
	}
	p := classify(err)
	switch ctx.Err() {
	case context.Canceled:
		p = NewProblem(StatusClientClosedRequest, "The client went away.")
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
	return p.WithCause(err).addressed(ctx)
}

// placeOf takes from huma's detail what a client may see, and says whether it is a
// misfit's.
func placeOf(d *huma.ErrorDetail) (place FieldError, isMisfit bool) {
	if i := strings.LastIndexByte(d.Message, '\n'); i >= 0 {
		return FieldError{Message: d.Message[i+1:], Location: d.Message[:i]}, true
	}
	message := d.Message
	if strings.HasPrefix(message, "invalid value: ") { // and the parser's words, which quote it
		message = "invalid value"
	}
	return FieldError{Message: message, Location: shortened(d.Location)}, false
}

// unquoting formats a message without the words of a parser, which quote the value.
func unquoting(format string, args ...any) string {
	if _, ok := args[0].(error); ok {
		return strings.TrimSuffix(format, ": %v")
	}
	return fmt.Sprintf(format, args...)
}

// huma keeps how errors are made, and whether the case of names matters, in
// variables of its package. They are set once, here, before anything runs.
func init() {
	huma.ValidateStrictCasing = true
	huma.DefaultArrayNullable = false // ours are empty, never null
	huma.ErrorFormatter = unquoting
	huma.NewError = func(status int, detail string, errs ...error) huma.StatusError {
		p := NewProblem(status, detail)
		for i, err := range errs {
			if i == maxPlaces {
				p.Errors = append(p.Errors, FieldError{Message: fmt.Sprintf("and %d more", len(errs)-i)})
				break
			}
			if detailed, ok := err.(huma.ErrorDetailer); ok {
				place, isMisfit := placeOf(detailed.ErrorDetail())
				if isMisfit { // which huma takes for no JSON
					p.Status, p.Title = http.StatusUnprocessableEntity, http.StatusText(http.StatusUnprocessableEntity)
				}
				// huma resolves an input that is embedded once more for each that embeds it.
				if !slices.Contains(p.Errors, place) {
					p.Errors = append(p.Errors, place)
				}
			} else if err != nil {
				p.cause = errors.Join(p.cause, err)
			}
		}
		return p
	}
	huma.NewErrorWithContext = func(ctx huma.Context, status int, detail string, errs ...error) huma.StatusError {
		return huma.NewError(status, detail, errs...).(*Problem).addressed(ctx.Context())
	}
}
