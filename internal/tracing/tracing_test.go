package tracing_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"example.com/templatesite/internal/health"
	"example.com/templatesite/internal/logtest"
	"example.com/templatesite/internal/middleware"
	"example.com/templatesite/internal/otlptest"
	"example.com/templatesite/internal/tracing"
	"example.com/templatesite/internal/web"
	"example.com/templatesite/internal/webtest"
)

// newTracer returns a tracer and the receiver of its spans, which arrive when it is closed.
func newTracer(t testing.TB, s tracing.Settings) (*tracing.Tracer, *otlptest.Receiver) {
	t.Helper()
	receiver := otlptest.NewReceiver(t)
	s.Endpoint = receiver.URL
	tracer, err := tracing.New(&s, "test", "1", logtest.New(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { tracer.Close(20 * time.Second) })
	return tracer, receiver
}

// serve runs a handler behind the middlewares that tracing needs.
func serve(t testing.TB, tracer *tracing.Tracer, handler http.HandlerFunc) *httptest.Server {
	t.Helper()
	server := httptest.NewServer(web.Chain(handler,
		middleware.RequestInfo(nil), tracer.Requests(health.IsProbe), middleware.Recover(logtest.New(t))))
	t.Cleanup(server.Close)
	return server
}

func TestTraceContinuesInServicesThatAreCalled(t *testing.T) {
	t.Parallel()
	for sampler, flags := range map[string]string{"always_on": "01", "always_off": "00"} {
		arrived := make(chan http.Header, 1)
		other := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { arrived <- r.Header }))
		t.Cleanup(other.Close)
		tracer, receiver := newTracer(t, tracing.Settings{Sampler: sampler})
		transport := tracing.Transport(http.DefaultTransport)
		server := serve(t, tracer, func(_ http.ResponseWriter, r *http.Request) {
			if _, err := webtest.Send(r.Context(), transport, http.MethodGet, other.URL, ""); err != nil {
				t.Error(err)
			}
		})
		const trace = "4bf92f3577b34da6a3ce929d0e0e4736"
		webtest.At(t, server.URL).Do("GET", "/", "", "Traceparent: 00-"+trace+"-00f067aa0ba902b7-01", "Baggage: shop=7")
		header := <-arrived
		parts := strings.Split(header.Get("Traceparent"), "-")
		if len(parts) != 4 || parts[1] != trace || parts[3] != flags || header.Get("Baggage") != "shop=7" {
			t.Errorf("%s: the other service gets %v", sampler, header)
		}
		tracer.Close(20 * time.Second)
		if flags == "00" {
			continue
		}
		call := receiver.Wait(t, func(s otlptest.Span) bool { return s.Kind == "client" })
		caller := receiver.Wait(t, func(s otlptest.Span) bool { return s.Kind == "server" })
		if call.ParentID != caller.ID || call.ID != parts[2] {
			t.Errorf("the span of the call is %+v", call)
		}
	}
}

func TestTruncatedResponseIsAnError(t *testing.T) {
	t.Parallel()
	tracer, receiver := newTracer(t, tracing.Settings{})
	server := serve(t, tracer, func(w http.ResponseWriter, _ *http.Request) {
		if _, err := io.WriteString(w, "the beginning"); err != nil {
			t.Error(err)
		}
		panic("a value")
	})
	if response, err := http.Get(server.URL); err == nil {
		response.Body.Close()
	}
	server.Close()
	tracer.Close(20 * time.Second)
	span := receiver.Wait(t, func(s otlptest.Span) bool { return s.Name == "GET" })
	if span.Status != "error" || span.Attributes["error.type"] != "cut off" || len(span.Events) != 1 {
		t.Errorf("the span is %+v", span)
	}
	if about := span.Events[0].Attributes; len(about) != 1 || about["exception.type"] == "" {
		t.Errorf("the event has %v, want only the type", about)
	}
}

func TestStatementOutsideOfATraceHasNoSpan(t *testing.T) {
	t.Parallel()
	tracer, receiver := newTracer(t, tracing.Settings{})
	observe := tracer.Statements("other_sql")
	observe(context.Background(), &web.Statement{Name: "a health check", Start: time.Now(), Err: errors.New("x"), ErrorType: "other"})
	tracer.Close(20 * time.Second)
	if spans := receiver.Spans(); len(spans) > 0 {
		t.Errorf("the statement has the spans %+v", spans)
	}
}

func TestInvalidUTF8IsReplaced(t *testing.T) {
	t.Parallel()
	tracer, receiver := newTracer(t, tracing.Settings{ResourceAttributes: "a=%ff"})
	for _, name := range []string{"a \xff name", "another"} {
		_, span := tracer.Start(t.Context(), name)
		span.AddEvent("\xff")
		span.End()
	}
	tracer.Close(20 * time.Second)
	spans := receiver.Spans()
	if len(spans) != 2 || spans[0].Name != "a \uFFFD name" || spans[0].Events[0].Name != "\uFFFD" || spans[0].Resource["a"] != "\uFFFD" || spans[1].Name != "another" {
		t.Errorf("the spans are %+v", spans)
	}
}

func TestCloseCancelsTheRequestAfterItsTimeout(t *testing.T) {
	t.Parallel()
	begun, canceled := make(chan struct{}), make(chan struct{})
	hanging := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		if _, err := io.Copy(io.Discard, r.Body); err != nil {
			t.Error(err)
		}
		close(begun)
		<-r.Context().Done()
		close(canceled)
	}))
	t.Cleanup(hanging.Close)
	tracer, err := tracing.New(&tracing.Settings{Endpoint: hanging.URL}, "test", "1", logtest.New(t))
	if err != nil {
		t.Fatal(err)
	}
	_, span := tracer.Start(t.Context(), "a span")
	span.End()
	go tracer.Close(time.Second)
	<-begun
	select {
	case <-canceled:
	case <-time.After(5 * time.Second): // half of the timeout of a request to the collector
		t.Error("the request continues")
	}
}

// stateError is an error with an SQLSTATE, like those of drivers.
type stateError struct{}

func (stateError) Error() string    { return `invalid input syntax for type integer: "a value"` }
func (stateError) SQLState() string { return "22P02" }

func TestSpanOfAnErrorHasNoValuesFromItsMessage(t *testing.T) {
	t.Parallel()
	tracer, receiver := newTracer(t, tracing.Settings{})
	observe := tracer.Statements("other_sql")
	server := serve(t, tracer, func(w http.ResponseWriter, r *http.Request) {
		err := fmt.Errorf("wrapped: %w", stateError{})
		observe(r.Context(), &web.Statement{Name: "shelf.get", Start: time.Now(), Err: err, ErrorType: "other"})
		web.WriteProblem(w, r, web.NewProblem(http.StatusInternalServerError, "What the client sees.").WithCause(err))
	})
	webtest.At(t, server.URL).Want(http.StatusInternalServerError, "GET", "/", "")
	tracer.Close(20 * time.Second)
	request := receiver.Wait(t, func(s otlptest.Span) bool { return s.Name == "GET" })
	statement := receiver.Wait(t, func(s otlptest.Span) bool { return s.Name == "shelf.get" })
	if request.Events[0].Attributes["exception.message"] != "What the client sees." || statement.Attributes["db.response.status_code"] != "22P02" {
		t.Errorf("%+v\n%+v", request, statement)
	}
	if all := fmt.Sprint(receiver.Spans()); strings.Contains(all, "a value") {
		t.Errorf("a span has the value: %s", all)
	}
}

func TestSpanNamesTheCaller(t *testing.T) {
	t.Parallel()
	tracer, receiver := newTracer(t, tracing.Settings{})
	server := serve(t, tracer, func(_ http.ResponseWriter, r *http.Request) {
		web.InfoFrom(r.Context()).Caller = &web.Caller{ID: "token:7", Name: "ci", Owner: "alice", Scopes: []string{"read"}}
	})
	webtest.At(t, server.URL).Want(http.StatusOK, "GET", "/", "", "Authorization: Bearer the-secret")
	tracer.Close(20 * time.Second)
	span := receiver.Wait(t, func(s otlptest.Span) bool { return s.Name == "GET" })
	if span.Attributes["enduser.id"] != "token:7" || span.Attributes["caller.name"] != "ci" || strings.Contains(fmt.Sprint(receiver.Spans()), "the-secret") {
		t.Errorf("the span has %v", span.Attributes)
	}
}

func TestTracingIsOffWithoutAnEndpoint(t *testing.T) {
	t.Parallel()
	tracer, err := tracing.New(&tracing.Settings{Sampler: "always_on"}, "test", "1", logtest.New(t))
	if err != nil || tracer != nil || tracer.Requests(health.IsProbe) != nil || tracer.Statements("other_sql") != nil {
		t.Errorf("the tracer is %+v, %v", tracer, err)
	}
	tracer.Close(time.Second)
}
