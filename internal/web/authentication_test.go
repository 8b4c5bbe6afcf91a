package web_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/danielgtaylor/huma/v2"

	"example.com/templatesite/internal/web"
	"example.com/templatesite/internal/webtest"
)

// asked returns an API that knows callers by their scopes: the credential read+book:write has both.
func asked(mode web.Authentication, more ...web.Identify) *web.API {
	return web.NewAPI(web.Options{Title: "test", Version: "1", MaxBodyBytes: 1 << 20, Authentication: mode, Identify: append(more,
		func(_ context.Context, credential string) (*web.Caller, error) {
			return &web.Caller{ID: "test:1", Owner: "test", Scopes: strings.Split(credential, "+")}, nil
		})})
}

type empty struct{}

func nothing(context.Context, *empty) (*empty, error) { return &empty{}, nil }

func TestForgottenOperationIsGuarded(t *testing.T) {
	t.Parallel()
	for mode, want := range map[web.Authentication]string{
		web.AuthenticationOff: "204 204 204 204 204 204 204", web.AuthenticationWrite: "204 401 401 204 401 204 401",
		web.AuthenticationAll: "401 401 401 401 401 204 401", "a mistake": "401 401 401 401 401 204 401",
	} {
		api := asked(mode)
		web.Register(api, huma.Operation{OperationID: "get", Method: "GET", Path: "/get"}, nothing)
		web.Register(api.For("book"), huma.Operation{OperationID: "post", Method: "POST", Path: "/post"}, nothing)
		web.Register(api, huma.Operation{OperationID: "admin", Method: "GET", Path: "/admin", Security: web.Needs("admin", "read")}, nothing)
		api.HandleFunc("GET /plain", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(204) })
		api.HandleFunc("DELETE /plain/{rest...}", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(204) })
		web.Register(api, huma.Operation{OperationID: "open", Method: "POST", Path: "/open", Security: web.Open}, nothing)
		huma.Register(api.API, huma.Operation{OperationID: "huma", Method: "PUT", Path: "/huma"}, nothing)
		api.Documents()
		c := webtest.New(t, api)
		var got []string
		for _, request := range []string{"GET /get", "POST /post", "GET /admin", "GET /plain", "DELETE /plain/a/b", "POST /open", "PUT /huma"} {
			method, path, _ := strings.Cut(request, " ")
			got = append(got, fmt.Sprint(c.Do(method, path, "").Status))
			if mode == web.AuthenticationOff {
				continue
			}
			if status := c.Do(method, path, "", "Authorization: Bearer read+write+admin").Status; status != 204 {
				t.Errorf("%s: %s with all scopes = %d", mode, request, status)
			}
			if refused := c.Do(method, path, "", "Authorization: Bearer other").Status; got[len(got)-1] == "401" && refused != 403 {
				t.Errorf("%s: %s with another scope = %d", mode, request, refused)
			}
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%s: without a caller = %s, want %s", mode, got, want)
		}
		c.Want(http.StatusNotFound, "GET", "/nothing", "")
		c.Want(http.StatusMethodNotAllowed, "PATCH", "/post", "")
	}
}

func TestNeedingNoScopeNeedsACaller(t *testing.T) {
	t.Parallel()
	api := asked(web.AuthenticationAll)
	web.Register(api, huma.Operation{OperationID: "any", Method: "POST", Path: "/any", Security: web.Needs()}, nothing)
	c := webtest.New(t, api)
	c.Want(http.StatusUnauthorized, "POST", "/any", "")
	c.Want(http.StatusNoContent, "POST", "/any", "", "Authorization: Bearer other")
}

func TestScopeOfEverythingIncludesThatOfAResource(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		has, needs string
		want       bool
	}{
		{"read", "read", true},
		{"read", "book:read", true},
		{"book:read", "book:read", true},
		{"write", "book:write", true},
		{"book:read", "read", false},
		{"read", "write", false},
		{"write", "read", false},
		{"book:read", "shelf:read", false},
		{"book:write", "book:read", false},
		{"admin", "book:admin", false},
		{"", "read", false},
		{"read", "", false},
		{"read", "book:shelf:read", false},
		{":read", "book:read", false},
	} {
		caller := web.Caller{Scopes: []string{tt.has}}
		if caller.May(tt.needs) != tt.want {
			t.Errorf("a caller with %q may %q: %v", tt.has, tt.needs, !tt.want)
		}
	}
}

func TestWhoCannotBeIdentifiedIsNotLetThrough(t *testing.T) {
	t.Parallel()
	fails := func(err error) web.Identify {
		return func(context.Context, string) (*web.Caller, error) { return nil, err }
	}
	for _, tt := range []struct {
		identify []web.Identify
		want     int
	}{
		{[]web.Identify{fails(web.ErrUnknownCaller)}, 204}, // the next one knows
		{[]web.Identify{fails(errors.New("secret reason"))}, 503},
		{[]web.Identify{fails(fmt.Errorf("why: %w", web.ErrUnknownCaller)), fails(errors.New("secret reason"))}, 503},
	} {
		api := asked(web.AuthenticationAll, tt.identify...)
		web.Register(api, huma.Operation{OperationID: "get", Method: "GET", Path: "/get"}, nothing)
		if got := webtest.New(t, api).Do("GET", "/get", "", "Authorization: Bearer read"); got.Status != tt.want || strings.Contains(got.Body, "reason") {
			t.Errorf("%d %s, want %d", got.Status, got.Body, tt.want)
		}
	}
	nobody := web.NewAPI(web.Options{Title: "test", Version: "1", Authentication: web.AuthenticationAll})
	web.Register(nobody, huma.Operation{OperationID: "get", Method: "GET", Path: "/get"}, nothing)
	webtest.New(t, nobody).Want(http.StatusUnauthorized, "GET", "/get", "", "Authorization: Bearer read")
}

// Rows that belong to a caller have the owner in a column.
func TestCallerWithoutAProperOwnerIsNotLetThrough(t *testing.T) {
	t.Parallel()
	for owner, want := range map[string]int{
		"alice": 204, "é b": 204, strings.Repeat("é", 400): 204,
		"": 401, strings.Repeat("a", 401): 401, "a\x00": 401, "a\nb": 401, "a\x7f": 401, "a\u0085": 401, "a\xff": 401,
	} {
		api := asked(web.AuthenticationAll, func(context.Context, string) (*web.Caller, error) {
			return &web.Caller{ID: "test:1", Owner: owner, Scopes: []string{"read"}}, nil
		})
		web.Register(api, huma.Operation{OperationID: "get", Method: "GET", Path: "/get"}, nothing)
		if got := webtest.New(t, api).Do("GET", "/get", "", "Authorization: Bearer x"); got.Status != want {
			t.Errorf("the owner %.10q is answered with %d %s, want %d", owner, got.Status, got.Body, want)
		}
	}
}
