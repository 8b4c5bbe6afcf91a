package sampletest_test

import (
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"

	"example.com/templatesite/internal/database"
	"example.com/templatesite/internal/sampletest"
	"example.com/templatesite/internal/web"
	"example.com/templatesite/internal/webtest"
)

// The answers are the same on every engine.
func TestViolatedConstraintIsAnsweredWithItsField(t *testing.T) {
	noShelf := web.FieldError{Location: "body.shelf", Message: "must be the id of a shelf that exists"}
	sameCode := web.FieldError{Location: "body.code", Message: "is the code of another book"}
	tests := []struct {
		name, method, path, body string
		status                   int
		want                     []web.FieldError
	}{
		{"create on a shelf that does not exist", "POST", "/book/", `{"shelf":77,"title":"x","pages":1}`, 422, []web.FieldError{noShelf}},
		{"move to a shelf that does not exist", "PATCH", "/book/1", `{"shelf":77}`, 422, []web.FieldError{noShelf}},
		{"create with the code of another book", "POST", "/book/", `{"shelf":1,"title":"x","pages":1,"code":"PS-3048"}`, 409, []web.FieldError{sameCode}},
		{"take the code of another book", "PATCH", "/book/2", `{"code":"PS-3048"}`, 409, []web.FieldError{sameCode}},
	}
	sampletest.Each(t, func(t *testing.T, c *webtest.Client, _ *database.DB) {
		for _, tt := range tests {
			got := webtest.JSON[web.Problem](t, c.Want(tt.status, tt.method, tt.path, tt.body))
			if diff := cmp.Diff(tt.want, got.Errors); diff != "" {
				t.Errorf("%s: %s", tt.name, diff)
			}
		}
		c.Want(http.StatusOK, "PATCH", "/book/1", `{"code":"PS-3048"}`)
	})
}
