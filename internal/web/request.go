package web

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"time"
)

// Info is what is known of one request. The outermost middleware makes it, the
// ones inside complete it, and the access log and the metrics read it when the
// request is over. It belongs to the goroutine that serves the request.
type Info struct {
	// ID is the request's id: the client's, when it is well formed, else ours.
	ID string
	// Start is when its header had come.
	Start time.Time
	// ClientSentID says that the id is the client's.
	ClientSentID bool
	// TraceID is the id of the trace that the request is a part of, when there is one
	// and it is recorded.
	TraceID string
	// Client is the address of the client, without port or zone.
	Client string
	// Host is the host that the client asked for, with its port. It may be anything.
	Host string
	// Secure says that the client uses HTTPS, with us or with a trusted proxy.
	Secure bool
	// BaseURL is scheme://host as the client sees it, without a path, or empty when
	// the service does not answer for that host.
	BaseURL string
	// URL is the request's own.
	URL *url.URL
	// Route is the path of the pattern that matched, or empty.
	Route string
	// BodyBytes is how much of the request's body was read.
	BodyBytes int64
	// Status and Bytes are those of the response; Status is 0 until it is sent.
	Status int
	Bytes  int64
	// Err is why the request failed, for the log; nil when it did not.
	Err error
	// Panicked says that the handler did.
	Panicked bool

	// bodies are the reservations of its body, and of the form that it came from.
	bodies []*reservation
}

// ReleaseBody is to be called when the answer begins. It gives back what only the handler
// needs, for a client may take long to read, or never do it.
func (i *Info) ReleaseBody() {
	for _, reservation := range i.bodies {
		reservation.release()
	}
	i.bodies = nil
}

type infoKey struct{}

// WithInfo returns a context that carries info.
func WithInfo(ctx context.Context, info *Info) context.Context {
	return context.WithValue(ctx, infoKey{}, info)
}

// InfoFrom returns what is known of the request that ctx belongs to. Outside of
// a request it is an empty Info, never nil.
func InfoFrom(ctx context.Context) *Info {
	if info, ok := ctx.Value(infoKey{}).(*Info); ok {
		return info
	}
	return &Info{}
}

// URL makes path absolute, as the client of this request would write it; without a
// BaseURL it stays as it is.
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

// Chain puts the middlewares around h, in the order in which a request meets
// them. One that is nil is left out.
func Chain(h http.Handler, middlewares ...Middleware) http.Handler {
	for i := len(middlewares) - 1; i >= 0; i-- {
		if middlewares[i] != nil {
			h = middlewares[i](h)
		}
	}
	return h
}
