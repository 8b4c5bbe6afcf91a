// Package otlptest is a collector of traces for tests. It receives the spans that exporters send
// with OTLP over HTTP, and returns them in a form that is easy to compare. Only tests import
// it.
//
// It does not know the sender, and supports only protobuf.
package otlptest

import (
	"compress/gzip"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"
	"time"

	collector "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	"google.golang.org/protobuf/proto"

	"example.com/templatesite/internal/envtest"
)

// The exporters read the environment themselves.
func init() { envtest.Clear() }

// Receiver is the handler of a collector. Its zero value is ready to use. It is safe for concurrent
// use.
type Receiver struct {
	// URL is the OTEL_EXPORTER_OTLP_ENDPOINT of a Receiver that NewReceiver has started.
	URL string

	mu      sync.Mutex
	spans   []Span
	headers []http.Header
	arrived chan struct{} // closed when spans arrive
}

// NewReceiver starts a receiver that stops at the end of the test.
func NewReceiver(t testing.TB) *Receiver {
	t.Helper()
	r := &Receiver{}
	server := httptest.NewServer(r)
	t.Cleanup(server.Close)
	r.URL = server.URL
	return r
}

// ServeHTTP serves POST /v1/traces.
func (r *Receiver) ServeHTTP(w http.ResponseWriter, request *http.Request) {
	if request.Method != http.MethodPost || request.URL.Path != "/v1/traces" {
		http.Error(w, "exports must be sent by POST to /v1/traces", http.StatusNotFound)
		return
	}
	export, err := read(request)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	r.add(request.Header, spansOf(export))
	w.Header().Set("Content-Type", "application/x-protobuf") // an empty message: no span is rejected
}

func read(request *http.Request) (*collector.ExportTraceServiceRequest, error) {
	if got := request.Header.Get("Content-Type"); got != "application/x-protobuf" {
		return nil, fmt.Errorf("the Content-Type is %q", got)
	}
	var body io.Reader = request.Body
	if request.Header.Get("Content-Encoding") == "gzip" {
		unzipped, err := gzip.NewReader(body)
		if err != nil {
			return nil, err
		}
		body = unzipped
	}
	data, err := io.ReadAll(body)
	if err != nil {
		return nil, err
	}
	var export collector.ExportTraceServiceRequest
	return &export, proto.Unmarshal(data, &export)
}

func (r *Receiver) add(header http.Header, spans []Span) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.headers = append(r.headers, header)
	r.spans = append(r.spans, spans...)
	if r.arrived != nil {
		close(r.arrived)
		r.arrived = nil
	}
}

// Spans returns the spans received so far, in the order of their arrival. A span is sent when it
// has ended, so children come before their parents.
func (r *Receiver) Spans() []Span {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.spans)
}

// Headers returns the header of each export.
func (r *Receiver) Headers() []http.Header {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.headers)
}

// waitTimeout is how long Wait waits. Exporters send every few seconds.
const waitTimeout = 20 * time.Second

// Wait waits for a span for which match is true, and returns the first. The test fails after
// waitTimeout.
func (r *Receiver) Wait(t testing.TB, match func(Span) bool) Span {
	t.Helper()
	found := -1
	spans := r.await(t, func(spans []Span) bool {
		found = slices.IndexFunc(spans, match)
		return found >= 0
	})
	return spans[found]
}

// WaitFor waits until at least n spans have arrived, and returns all. The test fails after
// waitTimeout.
func (r *Receiver) WaitFor(t testing.TB, n int) []Span {
	t.Helper()
	return r.await(t, func(spans []Span) bool { return len(spans) >= n })
}

func (r *Receiver) await(t testing.TB, enough func([]Span) bool) []Span {
	t.Helper()
	timeout := time.After(waitTimeout)
	for {
		r.mu.Lock()
		if r.arrived == nil {
			r.arrived = make(chan struct{})
		}
		spans, arrived := slices.Clone(r.spans), r.arrived
		r.mu.Unlock()
		if enough(spans) {
			return spans
		}
		select {
		case <-arrived:
		case <-timeout:
			t.Fatalf("the expected spans have not arrived; these have: %v", spans)
		}
	}
}
