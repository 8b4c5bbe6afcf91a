package tracing

import (
	"net/http"

	"go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp"
)

// Transport continues traces in the services that are called through it: a request with the
// context of a traced request gets a span, and passes the trace on. It needs no Tracer, and
// costs nothing when tracing is off. A resource that calls other services gets it where it is
// listed:
//
//	weather.Resource(&http.Client{Transport: tracing.Transport(http.DefaultTransport), Timeout: time.Second})
func Transport(next http.RoundTripper) http.RoundTripper {
	return otelhttp.NewTransport(next, otelhttp.WithPropagators(propagator))
}
