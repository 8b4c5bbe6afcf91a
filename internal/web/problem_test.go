package web_test

import (
	"context"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/danielgtaylor/huma/v2"

	"example.com/templatesite/internal/web"
	"example.com/templatesite/internal/webtest"
)

// odd has fields whose parsers quote the values that they refuse.
type odd struct {
	Mail  string `json:"mail,omitempty" format:"email"`
	URI   string `json:"uri,omitempty" format:"uri"`
	UUID  string `json:"uuid,omitempty" format:"uuid"`
	Regex string `json:"regex,omitempty" format:"regex"`
	Any   any    `json:"any,omitempty"`
	Small int8   `json:"small,omitempty"`
}

type oddInput struct {
	From netip.Addr `query:"from"`
	Body odd
}

func registerOdd(api *web.API) {
	web.Register(api, huma.Operation{OperationID: "odd", Method: http.MethodPost, Path: "/odd"},
		func(context.Context, *oddInput) (*struct{}, error) { return nil, nil })
}

func TestProblemNamesTheLocationButNotTheValue(t *testing.T) {
	t.Parallel()
	c := newAPI(t)
	for _, tt := range []struct{ method, target, body, location, message string }{
		{"POST", "/odd", `{"mail":1e999}`, "body.mail", "the number is out of range"},
		{"POST", "/odd", `{"any":{"a\nb":[1,-1e999]}}`, "body.any.a\nb.1", "the number is out of range"},
		{"POST", "/odd", `{"small":12345}`, "body.small", "the number is out of range"},
		{"POST", "/odd", `{"small":12e3}`, "body.small", "the value does not fit here"},
		{"POST", "/odd", `{"mail":"12345"}`, "body.mail", "expected string to be RFC 5322 email"},
		{"POST", "/odd", `{"uri":":12345"}`, "body.uri", "expected string to be RFC 3986 uri"},
		{"POST", "/odd", `{"uuid":"12345"}`, "body.uuid", "expected string to be RFC 4122 uuid"},
		{"POST", "/odd", `{"regex":"(12345"}`, "body.regex", "expected string to be regex"},
		{"POST", "/odd", `"{\"small\":12345}"`, "body", "expected object"},
		{"POST", "/odd?from=12345", `{}`, "query.from", "invalid value"},
		{"PATCH", "/thing/1", `{"count":1e999}`, "body.count", "the number is out of range"},
		{"PATCH", "/thing/1", `{"count":12345678901234567890}`, "body.count", "the number is out of range"},
	} {
		answer := c.Want(http.StatusUnprocessableEntity, tt.method, tt.target, tt.body)
		problem := webtest.JSON[web.Problem](t, answer)
		if want := (web.FieldError{Message: tt.message, Location: tt.location}); !slices.Equal(problem.Errors, []web.FieldError{want}) ||
			problem.Title != "Unprocessable Entity" || strings.Contains(answer.Body, "123") || strings.Contains(answer.Body, "1e9") {
			t.Errorf("%s of %s = %s", tt.method, tt.body, answer.Body)
		}
	}
}
