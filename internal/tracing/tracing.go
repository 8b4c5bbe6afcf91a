// Package tracing tells a collector of traces, by OpenTelemetry's protocol over HTTP,
// what a request did: one span for the request, and one for each statement of the
// database in it. It follows the traces that clients and proxies begin (W3C Trace
// Context), and lets those go on that the service calls: see Transport.
//
// It does not know the routes, the database, nor who else watches. Nobody waits for the
// collector: what does not arrive there is lost, which the log says; what the library's
// queue has no room for is lost silently, as is what a collector takes and then refuses.
// The library reads the environment by itself for what is no setting here: how spans
// are batched and bounded (OTEL_BSP_…, OTEL_SPAN_…).
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

// maxValue bounds a value that is told, in bytes: a client chooses some of them.
const maxValue = 1024

// propagator reads and writes traceparent, tracestate and baggage.
var propagator = propagation.NewCompositeTextMapPropagator(propagation.TraceContext{}, propagation.Baggage{})

// Tracer makes spans and sends them. One that is nil makes none, and its middleware and
// its observer are nil, too.
type Tracer struct {
	trace.Tracer
	provider *sdk.TracerProvider
	delivery *delivery
}

// New returns a tracer as the settings, which Check found good, ask for: nil when they
// switch it off. The name and the version are the service's, unless the settings say
// otherwise. The caller closes it.
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
	about, err := s.resource(name, version)
	if err != nil {
		return nil, err
	}
	exporter, err := otlptrace.New(context.Background(), collector)
	if err != nil {
		return nil, err
	}
	d := &delivery{SpanExporter: exporter, log: log}
	otel.SetErrorHandler(otel.ErrorHandlerFunc(func(err error) { d.account(0, err) }))
	limits := sdk.NewSpanLimits()
	if limits.AttributeValueLengthLimit < 0 {
		limits.AttributeValueLengthLimit = maxValue
	}
	provider := sdk.NewTracerProvider(
		sdk.WithBatcher(d), sdk.WithSampler(sampler), sdk.WithResource(about), sdk.WithRawSpanLimits(limits))
	return &Tracer{provider.Tracer("templatesite"), provider, d}, nil
}

// resource describes the service to the collector.
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

// Close sends what is left, for at most that long.
func (t *Tracer) Close(wait time.Duration) {
	if t == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), wait)
	defer cancel()
	t.delivery.close(t.provider.Shutdown(ctx))
}
