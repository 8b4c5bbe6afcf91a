package web_test

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"testing"

	"github.com/danielgtaylor/huma/v2"

	"example.com/templatesite/internal/web"
	"example.com/templatesite/internal/webtest"
)

func TestOwnerIsThatOfTheCaller(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		caller *web.Caller
		want   web.Owner
	}{
		{nil, web.Owner{}},
		{&web.Caller{Owner: "ada", Scopes: []string{"read", "write", "book:admin"}}, web.Owner{Name: "ada"}},
		{&web.Caller{Owner: "eve", Scopes: []string{"admin"}}, web.Owner{Name: "eve", Everyone: true}},
	} {
		ctx := web.WithInfo(t.Context(), &web.Info{Caller: tt.caller})
		if got := web.OwnerFrom(ctx); got != tt.want {
			t.Errorf("%+v: %+v, want %+v", tt.caller, got, tt.want)
		}
	}
	if got := web.OwnerFrom(context.Background()); got != (web.Owner{}) {
		t.Errorf("without a request: %+v", got)
	}
}

func TestOperationOnRowsWithOwnersNeedsACallerAndNamesTheScopeAdmin(t *testing.T) {
	t.Parallel()
	for mode, want := range map[web.Authentication]string{
		web.AuthenticationOff: "204 204 [] []", web.AuthenticationWrite: "401 204 [admin note:read] [note:read]", web.AuthenticationAll: "401 204 [admin note:read] [note:read]",
	} {
		api := asked(mode)
		web.Register(api.For("note").Owned(), huma.Operation{OperationID: "get", Method: "GET", Path: "/note"}, nothing)
		c := webtest.New(t, api)
		got := fmt.Sprint(c.Do("GET", "/note", "").Status, c.Do("GET", "/note", "", "Authorization: Bearer read").Status,
			api.Scopes(), web.ScopesOf(api.Operations("/note")["GET"]))
		if got != want {
			t.Errorf("%s: %s, want %s", mode, got, want)
		}
		if mode == web.AuthenticationOff {
			continue
		}
		refused := c.Want(http.StatusForbidden, "GET", "/note", "", "Authorization: Bearer admin") // whose rows, but not what may be done
		if challenge := refused.Header.Get("Www-Authenticate"); challenge != `Bearer realm="api", error="insufficient_scope", scope="note:read"` {
			t.Errorf("%s: %s", mode, challenge)
		}
	}
	plain := asked(web.AuthenticationAll)
	web.Register(plain.For("note"), huma.Operation{OperationID: "get", Method: "GET", Path: "/note"}, nothing)
	if slices.Contains(plain.Scopes(), web.ScopeAdmin) {
		t.Errorf("without owners the scopes are %v", plain.Scopes())
	}
}
