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

// Requests returns the middleware that traces requests, but those of paths that skip
// wants to leave out: probes, which come every few seconds. It must be behind the one
// that identifies them. It is nil when nothing is traced.
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
				defer over(span, r, info)
			}
			next.ServeHTTP(w, r.WithContext(ctx))
		})
	}
}

// methodName begins the name of a span: a client must not invent such names.
func methodName(method string) string {
	if web.KnownMethod(method) {
		return method
	}
	return "HTTP"
}

// over ends the span of a request with all that is known of it by then. Its query is
// not told, as there may be secrets in it.
func over(span trace.Span, r *http.Request, info *web.Info) {
	scheme := "http"
	if info.Secure {
		scheme = "https"
	}
	// What a client chooses is made valid here: it must not make us look through a batch.
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
		attribute.String("request.id", info.ID))
	name := methodName(r.Method)
	if name != r.Method {
		attributes[0] = semconv.HTTPRequestMethodOther
		attributes = append(attributes, semconv.HTTPRequestMethodOriginal(r.Method))
	}
	if info.Route != "" {
		name += " " + info.Route
		attributes = append(attributes, semconv.HTTPRoute(info.Route))
	}
	span.SetName(name)
	span.SetAttributes(attributes...)
	if info.Err != nil {
		event(span, info.Err, publicText(info.Err))
	}
	if kind := failure(info); kind != "" {
		span.SetAttributes(semconv.ErrorTypeKey.String(kind))
		span.SetStatus(codes.Error, "")
	}
	span.End()
}

// failure says what kind of failure of ours it was, if it was one: the mistakes of
// clients are none.
func failure(info *web.Info) string {
	switch {
	case info.Status >= http.StatusInternalServerError:
		return strconv.Itoa(info.Status)
	case info.Err != nil && info.Status < http.StatusBadRequest:
		return "cut off" // an answer that had begun
	}
	return ""
}

// publicText is what a client is told of an error. The rest may hold values, which only
// the log gets, with the same ids.
func publicText(err error) trace.EventOption {
	if problem, ok := errors.AsType[*web.Problem](err); ok {
		return trace.WithAttributes(semconv.ExceptionMessage(shortened(problem.Detail)))
	}
	return trace.WithAttributes()
}

// event tells in a span that there was an error, of which kind.
func event(span trace.Span, err error, options ...trace.EventOption) {
	options = append(options, trace.WithAttributes(semconv.ExceptionType(fmt.Sprintf("%T", err))))
	span.AddEvent(semconv.ExceptionEventName, options...)
}

func shortened(message string) string {
	if len(message) <= maxValue {
		return valid(message)
	}
	return strings.ToValidUTF8(message[:maxValue], "") + "…"
}
