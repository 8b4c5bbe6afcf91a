package webtest

import (
	"context"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"
)

// timeout is how long a client waits for a response from a running service.
const timeout = 30 * time.Second

// At returns a client of a running service. It uses each connection once: an idle one would
// delay the end of the service. With the header "Expect: 100-continue" it sends the body
// only when the service asks for it.
func At(t testing.TB, url string) *Client {
	url = strings.TrimSuffix(url, "/")
	transport := &http.Transport{DisableKeepAlives: true, ExpectContinueTimeout: timeout / 3}
	return &Client{t, func(method, target string, body io.Reader, headers []string) (Response, error) {
		if strings.HasPrefix(target, "/") {
			target = url + target
		}
		ctx, cancel := context.WithTimeout(t.Context(), timeout)
		defer cancel()
		return roundTrip(ctx, transport, method, target, body, headers)
	}}
}

// Send is Do for tests that choose their connections and timeouts themselves and count
// errors: it sends a request to an absolute URL and returns what was read of the response.
func Send(ctx context.Context, transport http.RoundTripper, method, url, body string, headers ...string) (Response, error) {
	return roundTrip(ctx, transport, method, url, strings.NewReader(body), withType(body, headers))
}

func roundTrip(ctx context.Context, transport http.RoundTripper, method, url string, body io.Reader, headers []string) (Response, error) {
	r, err := http.NewRequestWithContext(ctx, method, url, body)
	if err != nil {
		return Response{}, err
	}
	setHeaders(r, headers)
	response, err := transport.RoundTrip(r)
	if err != nil {
		return Response{}, err
	}
	return read(response)
}
