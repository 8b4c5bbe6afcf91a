package otlptest

import (
	"encoding/hex"
	"time"

	collector "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	common "go.opentelemetry.io/proto/otlp/common/v1"
	trace "go.opentelemetry.io/proto/otlp/trace/v1"
)

// Span is a received span. Ids are hexadecimal; ParentID is empty for the root of a trace.
type Span struct {
	TraceID, ID, ParentID string
	Name                  string
	// Kind is server, client, internal, producer or consumer. Status is ok, error or empty.
	Kind, Status, StatusMessage string
	Start, End                  time.Time
	// Attributes are strings, booleans, int64, float64, or slices of these.
	Attributes map[string]any
	Events     []Event
	// Resource has the attributes of the program. Scope is the name of the tracer.
	Resource map[string]any
	Scope    string
}

// Event is an event of a span.
type Event struct {
	Name       string
	Time       time.Time
	Attributes map[string]any
}

var kinds = map[trace.Span_SpanKind]string{
	trace.Span_SPAN_KIND_INTERNAL: "internal", trace.Span_SPAN_KIND_SERVER: "server", trace.Span_SPAN_KIND_CLIENT: "client",
	trace.Span_SPAN_KIND_PRODUCER: "producer", trace.Span_SPAN_KIND_CONSUMER: "consumer",
}

var statuses = map[trace.Status_StatusCode]string{trace.Status_STATUS_CODE_OK: "ok", trace.Status_STATUS_CODE_ERROR: "error"}

func spansOf(export *collector.ExportTraceServiceRequest) []Span {
	var all []Span
	for _, resource := range export.GetResourceSpans() {
		resourceAttributes := attributes(resource.GetResource().GetAttributes())
		for _, scope := range resource.GetScopeSpans() {
			for _, span := range scope.GetSpans() {
				all = append(all, spanOf(span, resourceAttributes, scope.GetScope().GetName()))
			}
		}
	}
	return all
}

func spanOf(s *trace.Span, resource map[string]any, scope string) Span {
	span := Span{
		TraceID: hex.EncodeToString(s.GetTraceId()), ID: hex.EncodeToString(s.GetSpanId()), ParentID: hex.EncodeToString(s.GetParentSpanId()),
		Name: s.GetName(), Kind: kinds[s.GetKind()],
		Status: statuses[s.GetStatus().GetCode()], StatusMessage: s.GetStatus().GetMessage(),
		Start: moment(s.GetStartTimeUnixNano()), End: moment(s.GetEndTimeUnixNano()),
		Attributes: attributes(s.GetAttributes()), Resource: resource, Scope: scope,
	}
	for _, e := range s.GetEvents() {
		span.Events = append(span.Events, Event{e.GetName(), moment(e.GetTimeUnixNano()), attributes(e.GetAttributes())})
	}
	return span
}

func moment(nanoseconds uint64) time.Time { return time.Unix(0, int64(nanoseconds)) }

func attributes(list []*common.KeyValue) map[string]any {
	all := map[string]any{}
	for _, attribute := range list {
		all[attribute.GetKey()] = value(attribute.GetValue())
	}
	return all
}

func value(v *common.AnyValue) any {
	switch v := v.GetValue().(type) {
	case *common.AnyValue_StringValue:
		return v.StringValue
	case *common.AnyValue_BoolValue:
		return v.BoolValue
	case *common.AnyValue_IntValue:
		return v.IntValue
	case *common.AnyValue_DoubleValue:
		return v.DoubleValue
	case *common.AnyValue_ArrayValue:
		list := []any{}
		for _, element := range v.ArrayValue.GetValues() {
			list = append(list, value(element))
		}
		return list
	}
	return nil
}
