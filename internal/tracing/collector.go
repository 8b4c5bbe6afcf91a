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

// sendTimeout bounds one request to the collector, as the protocol's default does.
const sendTimeout = 10 * time.Second

// collector is where spans go: the client of OpenTelemetry's exporter, which makes the
// messages. The one that comes with it brings the whole of gRPC along, which is a tenth
// of our program, for a request that is a POST.
type collector struct {
	http.Client
	url     string
	headers map[string]string
	stopped context.Context
	stop    context.CancelFunc
}

// newCollector returns the collector that the settings name.
func (s *Settings) newCollector() (*collector, error) {
	target := s.TracesEndpoint
	if target == "" {
		target = strings.TrimSuffix(s.Endpoint, "/") + "/v1/traces"
	}
	headers, err := pairs(s.Headers)
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.Proxy = proxy
	stopped, stop := context.WithCancel(context.Background())
	return &collector{
		Client: http.Client{
			Timeout:   sendTimeout,
			Transport: transport,
			// The headers may hold a token, which is for nobody else.
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
		url: target, headers: headers, stopped: stopped, stop: stop,
	}, err
}

// proxy returns the proxy of a request, as the environment names it. The standard library's
// error repeats a URL that it cannot read, and with it a password.
func proxy(r *http.Request) (*url.URL, error) {
	u, err := http.ProxyFromEnvironment(r)
	if err != nil {
		return nil, errors.New("HTTP_PROXY or HTTPS_PROXY is not a URL")
	}
	return u, nil
}

// Start has nothing to do: each request finds its connection.
func (c *collector) Start(context.Context) error { return nil }

// Stop gives up what is being sent, and closes the connections.
func (c *collector) Stop(context.Context) error {
	c.stop()
	c.CloseIdleConnections()
	return nil
}

// UploadTraces sends spans, as OTLP/HTTP 1.x says: a POST of an
// ExportTraceServiceRequest, which is on the wire what TracesData is.
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
	answer, err := c.Do(r)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	// A connection is used again when its answer is read. What of a batch that it takes a
	// collector refuses is in there: who asks why looks into its log.
	_, _ = io.CopyN(io.Discard, answer.Body, 64<<10)
	if answer.StatusCode/100 != 2 {
		return fmt.Errorf("the collector answers %s", answer.Status)
	}
	return nil
}

// marshal returns a message as it is on the wire. A single octet in its text that is not
// UTF-8 would have the whole batch refused, so that is replaced, whoever put it there.
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

// makeValid replaces what is not UTF-8 in the text where a walk through a message is.
func makeValid(at protopath.Values) error {
	field := at.Index(-1)
	text, ok := field.Value.Interface().(string)
	if ok && field.Step.Kind() == protopath.FieldAccessStep && !utf8.ValidString(text) {
		at.Index(-2).Value.Message().Set(field.Step.FieldDescriptor(), protoreflect.ValueOfString(valid(text)))
	}
	return nil
}

func valid(text string) string { return strings.ToValidUTF8(text, "\uFFFD") }
