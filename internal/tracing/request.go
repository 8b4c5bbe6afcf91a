package tracing

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/propagation"
	semconv "go.opentelemetry.io/otel/semconv/v1.43.0"
	"go.opentelemetry.io/otel/trace"

	"example.com/templatesite/internal/web"
)

// Requests returns the middleware that creates a span for each request, except for paths that skip
// selects, such as probes. It must be inside middleware.RequestInfo. It is nil when tracing is
// off.
func (t *Tracer) Requests(skip func(path string) bool) web.Middleware {
	if t == nil {
		return nil
	}
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if skip(r.URL.Path) {
				next.ServeHTTP(w, r)
				return
			}
			ctx := propagator.Extract(r.Context(), propagation.HeaderCarrier(r.Header))
			ctx, span := t.Start(ctx, methodName(r.Method), trace.WithSpanKind(trace.SpanKindServer))
			if span.IsRecording() {
				info := web.InfoFrom(ctx)
				info.TraceID = span.SpanContext().TraceID().String()
				defer endSpan(span, r, info)
			}
			next.ServeHTTP(w, r.WithContext(ctx))
		})
	}
}

// methodName returns the method for the name of a span, which a client must not be able to invent.
func methodName(method string) string {
	if web.KnownMethod(method) {
		return method
	}
	return "HTTP"
}

// endSpan ends the span of a request, and sets its attributes. It leaves out the query, which may
// contain secrets.
func endSpan(span trace.Span, r *http.Request, info *web.Info) {
	scheme := "http"
	if info.Secure {
		scheme = "https"
	}
	// Values from the client are made valid UTF-8 here, which is cheaper than in marshal.
	attributes := append(make([]attribute.KeyValue, 0, 16),
		semconv.HTTPRequestMethodKey.String(r.Method),
		semconv.URLScheme(scheme),
		semconv.URLPath(valid(r.URL.Path)),
		semconv.ServerAddress(valid((&url.URL{Host: info.Host}).Hostname())),
		semconv.ClientAddress(info.Client),
		semconv.UserAgentOriginal(valid(r.UserAgent())),
		semconv.NetworkProtocolVersion(strings.TrimPrefix(r.Proto, "HTTP/")),
		semconv.HTTPResponseStatusCode(info.Status),
		semconv.HTTPResponseBodySize(int(info.Bytes)),
		attribute.String("request.id", info.RequestID))
	name := methodName(r.Method)
	if name != r.Method {
		attributes[0] = semconv.HTTPRequestMethodOther
		attributes = append(attributes, semconv.HTTPRequestMethodOriginal(r.Method))
	}
	if info.Caller != nil {
		attributes = append(attributes, semconv.EnduserID(valid(info.Caller.ID)), attribute.String("caller.name", valid(info.Caller.Name)))
	}
	if info.Route != "" {
		name += " " + info.Route
		attributes = append(attributes, semconv.HTTPRoute(info.Route))
	}
	span.SetName(name)
	span.SetAttributes(attributes...)
	if info.Err != nil {
		addError(span, info.Err, publicDetail(info.Err))
	}
	if errorType := errorType(info); errorType != "" {
		span.SetAttributes(semconv.ErrorTypeKey.String(errorType))
		span.SetStatus(codes.Error, "")
	}
	span.End()
}

// errorType returns the error.type of a failure of the service, or nothing: errors of clients
// are not failures.
func errorType(info *web.Info) string {
	switch {
	case info.Status >= http.StatusInternalServerError:
		return strconv.Itoa(info.Status)
	case info.Err != nil && info.Status < http.StatusBadRequest:
		return "cut off" // a response that had begun
	}
	return ""
}

// publicDetail returns the part of an error that the client sees. The rest may contain values, which
// go to the log only.
func publicDetail(err error) trace.EventOption {
	if problem, ok := errors.AsType[*web.Problem](err); ok {
		return trace.WithAttributes(semconv.ExceptionMessage(shortened(problem.Detail)))
	}
	return trace.WithAttributes()
}

// addError adds an exception event with the type of err, but without its message.
func addError(span trace.Span, err error, options ...trace.EventOption) {
	options = append(options, trace.WithAttributes(semconv.ExceptionType(fmt.Sprintf("%T", err))))
	span.AddEvent(semconv.ExceptionEventName, options...)
}

func shortened(message string) string {
	if len(message) <= maxValue {
		return valid(message)
	}
	return strings.ToValidUTF8(message[:maxValue], "") + "…"
}
