// Package tracing sends a span for each request, and for each database statement in it, to a
// collector, with OTLP over HTTP. It continues the traces of clients and proxies (W3C Trace
// Context), and passes them on to services that are called: see Transport.
//
// It does not know the routes or the database. Requests never wait for the collector. Spans
// that cannot be sent are lost, and logged; spans that do not fit into the SDK's queue, or
// that the collector accepts and then rejects, are lost silently. The SDK itself reads
// OTEL_BSP_… and OTEL_SPAN_…, which set the size of batches and spans.
package tracing

import (
	"context"
	"log/slog"
	"maps"
	"time"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/sdk/resource"
	sdk "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
)

// maxValue is the length of the longest attribute, in bytes. Clients choose some of them.
const maxValue = 1024

// propagator reads and writes traceparent, tracestate and baggage.
var propagator = propagation.NewCompositeTextMapPropagator(propagation.TraceContext{}, propagation.Baggage{})

// Tracer creates and sends spans. A nil Tracer does nothing; its middleware and its observer are nil.
type Tracer struct {
	trace.Tracer
	provider *sdk.TracerProvider
	delivery *delivery
}

// New returns a tracer for settings that Check has accepted, or nil when they switch tracing off.
// The name and the version of the service are defaults for the settings. The caller closes
// the tracer.
func New(s *Settings, name, version string, log *slog.Logger) (*Tracer, error) {
	if s.off() {
		return nil, nil
	}
	collector, err := s.newCollector()
	if err != nil {
		return nil, err
	}
	ratio, err := s.ratio()
	if err != nil {
		return nil, err
	}
	sampler, err := s.sampler(ratio)
	if err != nil {
		return nil, err
	}
	service, err := s.resource(name, version)
	if err != nil {
		return nil, err
	}
	exporter, err := otlptrace.New(context.Background(), collector)
	if err != nil {
		return nil, err
	}
	d := &delivery{SpanExporter: exporter, log: log}
	// The SDK has one error handler per process, which by default writes to stderr.
	otel.SetErrorHandler(otel.ErrorHandlerFunc(func(err error) { d.account(0, err) }))
	limits := sdk.NewSpanLimits()
	if limits.AttributeValueLengthLimit < 0 {
		limits.AttributeValueLengthLimit = maxValue
	}
	provider := sdk.NewTracerProvider(
		sdk.WithBatcher(d), sdk.WithSampler(sampler), sdk.WithResource(service), sdk.WithRawSpanLimits(limits))
	return &Tracer{provider.Tracer(name), provider, d}, nil
}

// resource returns the attributes of the service.
func (s *Settings) resource(name, version string) (*resource.Resource, error) {
	given, err := pairs(s.ResourceAttributes)
	if err != nil {
		return nil, err
	}
	all := map[string]string{"service.name": name, "service.version": version}
	maps.Copy(all, given)
	if s.ServiceName != "" {
		all["service.name"] = s.ServiceName
	}
	var attributes []attribute.KeyValue
	for key, value := range all {
		attributes = append(attributes, attribute.String(key, value))
	}
	return resource.New(context.Background(), resource.WithTelemetrySDK(), resource.WithHost(), resource.WithAttributes(attributes...))
}

// Close sends the remaining spans, which takes at most wait.
func (t *Tracer) Close(wait time.Duration) {
	if t == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), wait)
	defer cancel()
	t.delivery.close(t.provider.Shutdown(ctx))
}
