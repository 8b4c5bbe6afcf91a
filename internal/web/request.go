package web

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"time"
)

// IDs are the ids by which a request is found in the log and elsewhere.
type IDs struct {
	// RequestID is the client's if that is well formed, else a new one.
	RequestID string `json:"request_id,omitempty" doc:"Quote it in a report: it finds the request in the log." example:"MSX2ZLHVFHWKEBQ6XUIMVB4B7X"`
	TraceID   string `json:"trace_id,omitempty" doc:"The trace of the request, when there is one." example:"4bf92f3577b34da6a3ce929d0e0e4736"` // feature: traces
}

// Info is what the service knows about one request. Middlewares and handlers find it with
// InfoFrom. It belongs to the goroutine that serves the request. The rules are:
//
//   - RequestInfo, the outermost middleware, makes it and sets the fields up to URL. Afterwards only ClearUnknownHosts may clear BaseURL, and the
//     HTML pages may remove their own parameter from URL.
//   - The writer and the body that RequestInfo puts around the connection count BodyBytes,
//     Status and Bytes.
//   - The Mux sets Route, and Caller where an operation asks for one, unless a middleware has.
//   - WriteProblem and the errors of handlers set Err; Recover sets Err and Panicked.
//   - Everything else only reads it. The fields from Route on are final when the request is over,
//     which is when the access log and other observers read them.
type Info struct {
	IDs
	// ClientSentID reports whether the id came from the client.
	ClientSentID bool
	// Start is when the header of the request had arrived.
	Start time.Time
	// Client is the address of the client, without port or zone.
	Client string
	// Host is the host that the client asked for, with its port. The client may send
	// anything.
	Host string
	// Secure reports whether the client uses HTTPS, to this service or to a trusted proxy.
	Secure bool
	// BaseURL is scheme://host as the client sees it, without a path. It is empty if the
	// service does not answer for that host.
	BaseURL string
	// URL is the URL of the request.
	URL *url.URL

	// Caller is who sends the request, or nil if nobody was asked.
	Caller *Caller

	// Route is the path of the pattern that matched, or empty.
	Route string
	// BodyBytes is how much of the request's body was read.
	BodyBytes int64
	// Status and Bytes describe the response. Status is 0 until it is sent.
	Status int
	Bytes  int64
	// Err is why the request failed, for the log; nil if it did not.
	Err error
	// Panicked reports whether the handler panicked.
	Panicked bool

	// reservations are the memory of the body, and of the form that it was made from. Only
	// readAll adds to them.
	reservations []*reservation
}

// ReleaseBody gives back the memory budget of the body. It is called when the response begins,
// since a client may take arbitrarily long to read the response.
func (i *Info) ReleaseBody() {
	for _, reservation := range i.reservations {
		reservation.release()
	}
	i.reservations = nil
}

type infoKey struct{}

// WithInfo returns a context that carries info.
func WithInfo(ctx context.Context, info *Info) context.Context {
	return context.WithValue(ctx, infoKey{}, info)
}

// InfoFrom returns the Info of the request that ctx belongs to, or an empty one outside of a
// request. It never returns nil.
func InfoFrom(ctx context.Context) *Info {
	if info, ok := ctx.Value(infoKey{}).(*Info); ok {
		return info
	}
	return &Info{}
}

// URL returns the absolute URL of path as the client of this request sees it, or path itself
// without a BaseURL.
func URL(ctx context.Context, path string) string {
	return InfoFrom(ctx).BaseURL + path
}

// knownMethods are the methods that metrics and spans name.
var knownMethods = []string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}

// KnownMethod reports whether method is a usual one. A client can invent others, which must
// not become the names of metrics or spans.
func KnownMethod(method string) bool { return slices.Contains(knownMethods, method) }

// Middleware wraps a handler.
type Middleware func(http.Handler) http.Handler

// Chain puts the middlewares around h, in the order in which a request meets them. A
// middleware that is nil is left out.
func Chain(h http.Handler, middlewares ...Middleware) http.Handler {
	for i := len(middlewares) - 1; i >= 0; i-- {
		if middlewares[i] != nil {
			h = middlewares[i](h)
		}
	}
	return h
}
