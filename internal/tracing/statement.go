package tracing

import (
	"context"
	"errors"

	"go.opentelemetry.io/otel/codes"
	semconv "go.opentelemetry.io/otel/semconv/v1.43.0"
	"go.opentelemetry.io/otel/trace"

	"example.com/templatesite/internal/web"
)

// sqlState is an error with a SQLSTATE code.
type sqlState interface {
	error
	SQLState() string
}

// Statements returns an observer that creates a span for each database statement when it has ended.
// The system is OpenTelemetry's name of the engine. Statements outside
// of a traced request, such as those of health checks, have none. It is nil when tracing is
// off.
func (t *Tracer) Statements(system string) func(context.Context, *web.Statement) {
	if t == nil {
		return nil
	}
	systemName := semconv.DBSystemNameKey.String(system)
	return func(ctx context.Context, s *web.Statement) {
		if !trace.SpanFromContext(ctx).IsRecording() {
			return
		}
		_, span := t.Start(ctx, s.Name, trace.WithSpanKind(trace.SpanKindClient), trace.WithTimestamp(s.Start),
			trace.WithAttributes(systemName, semconv.DBQuerySummary(s.Name), semconv.DBOperationName(s.Operation)))
		end := trace.WithTimestamp(s.Start.Add(s.Duration))
		if s.Table != "" {
			span.SetAttributes(semconv.DBCollectionName(s.Table))
		}
		if s.Operation == "select" {
			span.SetAttributes(semconv.DBResponseReturnedRows(int(s.Rows)))
		}
		if s.Err != nil {
			addError(span, s.Err, end) // without its message, which may contain values
			if coded, ok := errors.AsType[sqlState](s.Err); ok {
				span.SetAttributes(semconv.DBResponseStatusCode(coded.SQLState()))
			}
			span.SetAttributes(semconv.ErrorTypeKey.String(s.ErrorType))
			span.SetStatus(codes.Error, "")
		}
		span.End(end)
	}
}
