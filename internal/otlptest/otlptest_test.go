package otlptest_test

import (
	"bytes"
	"net/http"
	"strings"
	"testing"

	collector "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	common "go.opentelemetry.io/proto/otlp/common/v1"
	trace "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/protobuf/proto"

	"example.com/templatesite/internal/otlptest"
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
	response, err := http.Post(receiver.URL+"/v1/traces", "application/x-protobuf", bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	span := receiver.Wait(t, func(s otlptest.Span) bool { return s.Name == "a span" })
	if response.StatusCode != http.StatusOK || span.TraceID != "ab01" || span.ID != "02" || span.ParentID != "" || span.Kind != "server" ||
		span.Attributes["number"] != int64(7) || len(span.Events) != 1 || span.Events[0].Name != "exception" {
		t.Errorf("%d: %+v", response.StatusCode, span)
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
		response, err := http.Post(receiver.URL+tt.path, tt.contentType, strings.NewReader(tt.body))
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
		if response.StatusCode != tt.status || len(receiver.Spans()) > 0 {
			t.Errorf("%+v: %d, and the spans are %v", tt, response.StatusCode, receiver.Spans())
		}
	}
}
