package web_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"example.com/templatesite/internal/middleware"
	"example.com/templatesite/internal/web"
)

type echo struct {
	Body struct {
		Text string `json:"text"`
	}
}

// echoAPI returns an API that answers with the body it receives, after begin has returned.
func echoAPI(begin func()) http.Handler {
	api := web.NewAPI(web.Options{Title: "test", Version: "1", MaxBodyBytes: 1 << 20, Classify: func(error) *web.Problem { return nil }})
	web.Register(api, huma.Operation{OperationID: "echo", Method: http.MethodPost, Path: "/echo"},
		func(_ context.Context, in *echo) (*echo, error) { begin(); return in, nil })
	return middleware.RequestInfo(nil)(api)
}

// post sends a body whose text has this length.
func post(api http.Handler, w http.ResponseWriter, length int) {
	body := `{"text":"` + strings.Repeat("x", length) + `"}`
	r := httptest.NewRequest("POST", "/echo", strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	api.ServeHTTP(w, r)
}

func TestLargeBodiesShareOneBudget(t *testing.T) {
	t.Parallel()
	working, end := make(chan struct{}), make(chan struct{})
	api := echoAPI(func() { working <- struct{}{}; <-end })
	var group sync.WaitGroup
	for range 4 { // less than 300 KB of the budget remain
		group.Go(func() { post(api, httptest.NewRecorder(), 1_000_000) })
		<-working
	}
	more := httptest.NewRecorder()
	post(api, more, 500_000)
	if more.Code != http.StatusServiceUnavailable || more.Header().Get("Retry-After") == "" {
		t.Errorf("another large body: %d %v", more.Code, more.Header())
	}
	go func() { <-working }()
	close(end)
	small := httptest.NewRecorder()
	post(api, small, 10_000)
	if small.Code != http.StatusOK {
		t.Errorf("a small body: %d", small.Code)
	}
	group.Wait()
}

// slowReader is the connection of a client that does not read its response.
type slowReader struct {
	http.ResponseWriter
	began, end chan struct{}
}

func (w slowReader) Write(p []byte) (int, error) {
	w.began <- struct{}{}
	<-w.end
	return len(p), nil
}

func TestClientThatDoesNotReadItsAnswerHoldsNoBudget(t *testing.T) {
	t.Parallel()
	api := echoAPI(func() {})
	began, end := make(chan struct{}), make(chan struct{})
	var group sync.WaitGroup
	defer group.Wait()
	defer close(end)
	for range 8 {
		group.Go(func() { post(api, slowReader{httptest.NewRecorder(), began, end}, 1_000_000) })
		select {
		case <-began:
		case <-time.After(10 * time.Second):
			t.Fatal("a request was not answered")
		}
	}
	more := httptest.NewRecorder()
	post(api, more, 500_000)
	if more.Code != http.StatusOK {
		t.Errorf("another large body: %d", more.Code)
	}
}
