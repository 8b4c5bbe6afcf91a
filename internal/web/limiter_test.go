package web_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"example.com/templatesite/internal/web"
)

func TestRequestsBeyondLimitAndQueueAreRefusedAtOnce(t *testing.T) {
	t.Parallel()
	const limit = 2
	end := make(chan struct{})
	var working atomic.Int64
	api := web.NewAPI(web.Options{Title: "test", Version: "1"})
	web.Register(api.WithLimit(limit), huma.Operation{OperationID: "work", Method: http.MethodGet, Path: "/work"},
		func(context.Context, *struct {
			N int `query:"n"`
		},
		) (*struct{}, error) {
			if working.Add(1) > limit {
				t.Error("more requests are in progress than the limit allows")
			}
			<-end
			working.Add(-1)
			return nil, nil
		})
	web.Register(api, huma.Operation{OperationID: "free", Method: http.MethodGet, Path: "/free"},
		func(context.Context, *struct{}) (*struct{}, error) { return nil, nil })
	get := func(path string) *httptest.ResponseRecorder {
		w := httptest.NewRecorder()
		r := httptest.NewRequest("GET", path, nil)
		api.ServeHTTP(w, r.WithContext(web.WithInfo(r.Context(), &web.Info{URL: r.URL})))
		return w
	}
	var group sync.WaitGroup
	var served, refused atomic.Int64
	for range 12 * limit {
		group.Go(func() {
			switch w := get("/work"); {
			case w.Code == http.StatusNoContent:
				served.Add(1)
			case w.Code == http.StatusServiceUnavailable && slices.Contains([]string{"3", "4", "5", "6"}, w.Header().Get("Retry-After")):
				refused.Add(1)
			default:
				t.Errorf("status = %d, %v", w.Code, w.Header())
			}
		})
	}
	// Requests beyond the queue are refused while the others still wait or run.
	for end := time.Now().Add(5 * time.Second); refused.Load() < 3*limit && time.Now().Before(end); {
		time.Sleep(10 * time.Millisecond)
	}
	for path, want := range map[string]int{"/free": http.StatusNoContent, "/nowhere": http.StatusNotFound, "/work?n=x": http.StatusUnprocessableEntity} {
		if got := get(path).Code; got != want {
			t.Errorf("at the limit, %s = %d, want %d", path, got, want)
		}
	}
	close(end)
	group.Wait()
	if served.Load() < limit || served.Load()+refused.Load() != 12*limit {
		t.Errorf("%d served, %d refused", served.Load(), refused.Load())
	}
	if got := get("/work").Code; got != http.StatusNoContent {
		t.Errorf("after the others: %d", got)
	}
}
