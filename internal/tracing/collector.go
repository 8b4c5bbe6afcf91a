package tracing

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"
	"unicode/utf8"

	tracepb "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protopath"
	"google.golang.org/protobuf/reflect/protorange"
	"google.golang.org/protobuf/reflect/protoreflect"
)

// sendTimeout is the timeout of a request to the collector, and the protocol's default.
const sendTimeout = 10 * time.Second

// collector is the HTTP client for OpenTelemetry's exporter, which builds the messages. The
// exporter's own client depends on gRPC, which would be a tenth of the program, for one POST.
type collector struct {
	http.Client
	url     string
	headers map[string]string
	stopped context.Context
	stop    context.CancelFunc
}

// target returns the URL that traces are sent to.
func (s *Settings) target() string {
	if s.TracesEndpoint != "" {
		return s.TracesEndpoint
	}
	return strings.TrimSuffix(s.Endpoint, "/") + "/v1/traces"
}

// newCollector returns a client of the collector that the settings name.
func (s *Settings) newCollector() (*collector, error) {
	headers, err := pairs(s.Headers)
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.Proxy = proxy
	stopped, stop := context.WithCancel(context.Background())
	return &collector{
		Client: http.Client{
			Timeout:   sendTimeout,
			Transport: transport,
			// The headers may contain a token, which a redirect would send elsewhere.
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
		url: s.target(), headers: headers, stopped: stopped, stop: stop,
	}, err
}

// proxy returns the proxy that the environment names. The error of the standard library would
// repeat an invalid URL, including its password.
func proxy(r *http.Request) (*url.URL, error) {
	u, err := http.ProxyFromEnvironment(r)
	if err != nil {
		return nil, errors.New("HTTP_PROXY or HTTPS_PROXY is not a URL")
	}
	return u, nil
}

// Start does nothing: the first request connects.
func (c *collector) Start(context.Context) error { return nil }

// Stop cancels requests in flight, and closes the connections.
func (c *collector) Stop(context.Context) error {
	c.stop()
	c.CloseIdleConnections()
	return nil
}

// UploadTraces sends spans as OTLP/HTTP 1.x specifies: a POST of an ExportTraceServiceRequest,
// which has the wire format of TracesData.
func (c *collector) UploadTraces(ctx context.Context, spans []*tracepb.ResourceSpans) error {
	message, err := marshal(&tracepb.TracesData{ResourceSpans: spans})
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(c.stopped, cancel)()
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, c.url, bytes.NewReader(message))
	if err != nil {
		return err
	}
	r.Header.Set("Content-Type", "application/x-protobuf")
	for name, value := range c.headers {
		r.Header.Set(name, value)
	}
	response, err := c.Do(r)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	// Reading the body lets the connection be reused. It may list spans that the collector has
	// rejected, which the collector's log explains.
	_, _ = io.CopyN(io.Discard, response.Body, 64<<10)
	if response.StatusCode/100 != 2 {
		return fmt.Errorf("the collector responded with %s", response.Status)
	}
	return nil
}

// marshal returns the wire format of a message. It replaces invalid UTF-8, because the
// collector refuses a whole batch for a single invalid byte.
func marshal(m proto.Message) ([]byte, error) {
	message, err := proto.Marshal(m)
	if err == nil {
		return message, nil
	}
	if err := protorange.Range(m.ProtoReflect(), makeValid); err != nil {
		return nil, err
	}
	return proto.Marshal(m)
}

// makeValid is called for each value of a message, and replaces invalid UTF-8 in a string field.
func makeValid(at protopath.Values) error {
	field := at.Index(-1)
	text, ok := field.Value.Interface().(string)
	if ok && field.Step.Kind() == protopath.FieldAccessStep && !utf8.ValidString(text) {
		at.Index(-2).Value.Message().Set(field.Step.FieldDescriptor(), protoreflect.ValueOfString(valid(text)))
	}
	return nil
}

func valid(text string) string { return strings.ToValidUTF8(text, "\uFFFD") }
