package web_test

import (
	"context"
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"example.com/templatesite/internal/web"
	"example.com/templatesite/internal/webtest"
)

func TestParameterOfEachKindHasOneSpelling(t *testing.T) {
	t.Parallel()
	type input struct {
		Flag  bool                    `query:"flag"`
		Maybe web.Optional[bool]      `query:"maybe"`
		Size  float64                 `query:"size"`
		Since time.Time               `query:"since"`
		Until web.Optional[time.Time] `query:"until"`
		Count int32                   `query:"count"`
		IDs   []int64                 `query:"ids"`
		Tags  []string                `query:"tags,explode"`
		Text  string                  `query:"text"`
	}
	api := web.NewAPI(web.Options{Title: "test", Version: "1"})
	web.Register(api, huma.Operation{OperationID: "x", Method: http.MethodGet, Path: "/x"},
		func(context.Context, *input) (*struct{}, error) { return nil, nil })
	c := webtest.New(t, api)
	for name, values := range map[string][2][]string{
		"flag":  {{"true", "false"}, {"1", "t", "T", "TRUE", "False", "yes", ""}},
		"maybe": {{"true", "false"}, {"1", "0", "tRue", ""}},
		"size":  {{"0", "1", "-1.5", "1e3", "0.10"}, {"NaN", "Inf", "-inf", "+1", "01", ".5", "1.", "0x1p-2", "1_0", " 1", ""}},
		"since": {{"2026-01-02T03:04:05Z", "2026-01-02T03:04:05.5+01:00", "9999-12-31T23:59:59+12:00"}, {"2026-01-02", "9999-12-31T23:59:59-12:00", "0000-01-01T00:00:00Z", "x", ""}},
		"until": {{"2026-01-02T03:04:05Z"}, {"2026-01-02", "9999-12-31T23:59:59-12:00", ""}},
		"count": {{"0", "7", "-2147483648"}, {"4294967297", "2147483648", "07", "+7", "1e1", "1.0", "\u00b9", "7 ", ""}},
		"ids":   {{"1", "1,2,-3"}, {"1,02", "1,+2", "1,,2", "x", ""}},
		"tags":  {{"a", "a,b"}, {""}},
		"text":  {{"a", "+", "01", " ", "\u00fc"}, {""}},
	} {
		for i, want := range []int{http.StatusNoContent, http.StatusUnprocessableEntity} {
			for _, value := range values[i] {
				answer := c.Do("GET", "/x?"+url.Values{name: {value}}.Encode(), "")
				if answer.Status != want {
					t.Errorf("%s=%q = %d, want %d: %s", name, value, answer.Status, want, answer.Body)
				} else if problem := (web.Problem{}); want != http.StatusNoContent {
					if problem = webtest.JSON[web.Problem](t, answer); len(problem.Errors) != 1 || problem.Errors[0].Location != "query."+name {
						t.Errorf("%s=%q: %s", name, value, answer.Body)
					}
				}
			}
		}
	}
	c.Want(http.StatusNoContent, "GET", "/x?tags=a&tags=b", "")
	c.Want(http.StatusUnprocessableEntity, "GET", "/x?ids=1&ids=2", "")
}

func TestIDInputHasNoPreconditions(t *testing.T) {
	t.Parallel()
	api := web.NewAPI(web.Options{Title: "test", Version: "1"})
	get := func(context.Context, *web.IDInput) (*struct{}, error) { return nil, nil }
	web.Register(api, huma.Operation{OperationID: "x", Method: http.MethodGet, Path: "/x/{id}"}, get)
	described := api.Operations("/x/{id}")["GET"]
	if described.Responses["412"] != nil || len(described.Parameters) != 1 {
		t.Errorf("the operation has %d parameters and a 412: %v", len(described.Parameters), described.Responses["412"] != nil)
	}
	c := webtest.New(t, api)
	c.Want(http.StatusNoContent, "GET", "/x/1", "", `If-Match: "other"`)
	c.Want(http.StatusUnprocessableEntity, "GET", "/x/01", "")
}
