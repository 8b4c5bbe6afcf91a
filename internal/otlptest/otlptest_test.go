package otlptest_test

import (
	"net/http"
	"testing"

	collector "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	common "go.opentelemetry.io/proto/otlp/common/v1"
	trace "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/protobuf/proto"

	"example.com/templatesite/internal/otlptest"
	"example.com/templatesite/internal/webtest"
)

func TestReceiverReturnsTheSpansOfAnExport(t *testing.T) {
	t.Parallel()
	receiver := otlptest.NewReceiver(t)
	body, err := proto.Marshal(&collector.ExportTraceServiceRequest{ResourceSpans: []*trace.ResourceSpans{{
		ScopeSpans: []*trace.ScopeSpans{{Spans: []*trace.Span{{
			TraceId: []byte{0xab, 1}, SpanId: []byte{2}, Name: "a span", Kind: trace.Span_SPAN_KIND_SERVER,
			Attributes: []*common.KeyValue{{Key: "number", Value: &common.AnyValue{Value: &common.AnyValue_IntValue{IntValue: 7}}}},
			Events:     []*trace.Span_Event{{Name: "exception"}},
		}}}},
	}}})
	if err != nil {
		t.Fatal(err)
	}
	webtest.At(t, receiver.URL).Want(http.StatusOK, "POST", "/v1/traces", string(body), "Content-Type: application/x-protobuf")
	span := receiver.Wait(t, func(s otlptest.Span) bool { return s.Name == "a span" })
	if span.TraceID != "ab01" || span.ID != "02" || span.ParentID != "" || span.Kind != "server" ||
		span.Attributes["number"] != int64(7) || len(span.Events) != 1 || span.Events[0].Name != "exception" {
		t.Errorf("%+v", span)
	}
}

func TestReceiverRefusesInvalidExports(t *testing.T) {
	t.Parallel()
	receiver := otlptest.NewReceiver(t)
	for _, tt := range []struct {
		path, contentType, body string
		status                  int
	}{
		{"/", "application/x-protobuf", "", http.StatusNotFound},
		{"/v1/traces", "application/json", "{}", http.StatusBadRequest},
		{"/v1/traces", "application/x-protobuf", "nonsense", http.StatusBadRequest},
	} {
		response := webtest.At(t, receiver.URL).Do("POST", tt.path, tt.body, "Content-Type: "+tt.contentType)
		if response.Status != tt.status || len(receiver.Spans()) > 0 {
			t.Errorf("%+v: %d, and the spans are %v", tt, response.Status, receiver.Spans())
		}
	}
}
