package web_test

import (
	"context"
	"errors"
	"net/http"
	"testing"

	"github.com/danielgtaylor/huma/v2"

	"example.com/templatesite/internal/web"
	"example.com/templatesite/internal/webtest"
)

func TestOnlyReadsAreRepeatedWhenTheirConnectionIsLost(t *testing.T) {
	t.Parallel()
	lost := errors.New("lost")
	api := web.NewAPI(web.Options{
		Title: "test", Version: "1",
		Retryable: func(err error) bool { return errors.Is(err, lost) },
		Classify:  func(error) *web.Problem { return nil },
	})
	calls := 0
	for _, method := range []string{http.MethodGet, http.MethodDelete} {
		for path, results := range map[string][]error{
			"/twice":  {lost, lost, nil},
			"/always": {lost, lost, lost, lost, lost, nil},
			"/other":  {errors.New("other"), nil},
		} {
			web.Register(api, huma.Operation{OperationID: method + path, Method: method, Path: path},
				func(context.Context, *struct{}) (*struct{}, error) {
					calls++
					return nil, results[calls-1]
				})
		}
	}
	client := webtest.New(t, api)
	for _, tt := range []struct {
		method, path  string
		status, calls int
	}{
		{"GET", "/twice", 204, 3},
		{"GET", "/always", 500, 5},
		{"GET", "/other", 500, 1},
		{"DELETE", "/twice", 500, 1},
	} {
		calls = 0
		client.Want(tt.status, tt.method, tt.path, "")
		if calls != tt.calls {
			t.Errorf("the handler of %s %s was called %d times, want %d", tt.method, tt.path, calls, tt.calls)
		}
	}
}
