package tracing

import (
	"net/http"

	"go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp"
)

// Transport lets traces go on in the services that are called through it: a request on
// the context of one that is traced gets a span, and takes the trace along. It finds
// both in the context, so it is made once, and costs nothing while nothing is traced.
// A resource that calls others gets it where it is listed:
//
//	weather.Resource(&http.Client{Transport: tracing.Transport(http.DefaultTransport), Timeout: time.Second})
func Transport(next http.RoundTripper) http.RoundTripper {
	return otelhttp.NewTransport(next, otelhttp.WithPropagators(propagator))
}
