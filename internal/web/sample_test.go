package web_test

import (
	"net/http"
	"testing"

	"example.com/templatesite/internal/database"
	"example.com/templatesite/internal/fixturetest"
	"example.com/templatesite/internal/sampletest"
	"example.com/templatesite/internal/web"
	"example.com/templatesite/internal/webtest"
)

// emma are the required fields of a book, and book is a book that has them.
const (
	emma = `"shelf":1,"title":"Emma","pages":474`
	book = `{` + emma + `}`
)

// wantInvalid fails the test unless the response is a 422 with one error, at that location.
func wantInvalid(t *testing.T, c *webtest.Client, method, target, body, location string) {
	t.Helper()
	problem := webtest.JSON[web.Problem](t, c.Want(http.StatusUnprocessableEntity, method, target, body))
	if len(problem.Errors) != 1 || problem.Errors[0].Location != location {
		t.Errorf("%s %s %s: errors %v, want one at %s", method, target, body, problem.Errors, location)
	}
}

// loadBook loads a fixture of one book with that id and those fields.
func loadBook(t *testing.T, db *database.DB, id, fields string) error {
	t.Helper()
	return fixturetest.Load(t, db, sampletest.Resources(), `[{"model":"book","pk":`+id+`,"fields":{`+fields+`}}]`)
}
