package sampletest_test

import (
	"net/http"
	"strings"
	"testing"

	"example.com/templatesite/internal/database"
	"example.com/templatesite/internal/fixture"
	"example.com/templatesite/internal/sampletest"
	"example.com/templatesite/internal/web"
	"example.com/templatesite/internal/webtest"
)

const emma = `"shelf":1,"title":"Emma","pages":474`

// wantFields reads a book, and compares its status and whether it is listed.
func wantFields(t *testing.T, answer webtest.Answer, status string, listed bool) {
	t.Helper()
	book := webtest.JSON[sampletest.Book](t, answer)
	if book.Status != status || book.Listed == nil || *book.Listed != listed {
		t.Errorf("status %q, want %q; %s, want listed %v", book.Status, status, answer.Body, listed)
	}
}

func TestFieldThatIsAbsentOrRemovedHasItsDefault(t *testing.T) {
	sampletest.Each(t, func(t *testing.T, c *webtest.Client, _ *database.DB) {
		wantFields(t, c.Want(http.StatusOK, "GET", "/book/1", ""), "reading", true) // of the fixture
		wantFields(t, c.Want(http.StatusOK, "GET", "/book/2", ""), "unread", false)
		for _, body := range []string{`{` + emma + `}`, `{` + emma + `,"status":null,"listed":null}`} {
			wantFields(t, c.Want(http.StatusCreated, "POST", "/book/", body), "unread", true)
			c.Want(http.StatusOK, "PUT", "/book/2", `{`+emma+`,"status":"read","listed":false}`)
			wantFields(t, c.Want(http.StatusOK, "PUT", "/book/2", body), "unread", true)
		}
		wantFields(t, c.Want(http.StatusOK, "PATCH", "/book/2", `{"status":"read","listed":false}`), "read", false)
		wantFields(t, c.Want(http.StatusOK, "PATCH", "/book/2", `{"pages":1}`), "read", false)
		wantFields(t, c.Want(http.StatusOK, "PATCH", "/book/2", `{"status":null}`), "unread", false)
		wantFields(t, c.Want(http.StatusOK, "PATCH", "/book/2", `{"listed":null}`), "unread", true)
	})
}

func TestExplicitFalseIsNotReplacedByADefault(t *testing.T) {
	sampletest.Each(t, func(t *testing.T, c *webtest.Client, _ *database.DB) {
		wantFields(t, c.Want(http.StatusCreated, "POST", "/book/", `{`+emma+`,"listed":false}`), "unread", false)
		wantFields(t, c.Want(http.StatusOK, "PUT", "/book/1", `{`+emma+`,"listed":false}`), "unread", false)
	})
}

// invalid wants a 422 at one place.
func invalid(t *testing.T, c *webtest.Client, method, target, body, place string) {
	t.Helper()
	problem := webtest.JSON[web.Problem](t, c.Want(http.StatusUnprocessableEntity, method, target, body))
	if len(problem.Errors) != 1 || problem.Errors[0].Location != place {
		t.Errorf("%s %s %s: errors %v, want one at %s", method, target, body, problem.Errors, place)
	}
}

// loadBook loads a fixture of one book.
func loadBook(t *testing.T, db *database.DB, fields string) error {
	t.Helper()
	tx, err := db.Write.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = tx.Rollback() }() // nothing is kept
	return fixture.Load(t.Context(), tx, sampletest.Resources(), strings.NewReader(`[{"model":"book","pk":9,"fields":{`+fields+`}}]`), func() {})
}

func TestRuleOverTwoFieldsHoldsHoweverTheyAreChanged(t *testing.T) {
	sampletest.Each(t, func(t *testing.T, c *webtest.Client, db *database.DB) {
		wrong := emma + `,"due":"2026-03-01T12:00:00Z"`
		invalid(t, c, "POST", "/book/", `{`+wrong+`}`, "body.due")
		invalid(t, c, "POST", "/shelf/1/book/", `{"title":"x","pages":1,"due":"2026-03-01T12:00:00Z"}`, "body.due")
		invalid(t, c, "PUT", "/book/1", `{`+wrong+`}`, "body.due")
		invalid(t, c, "PATCH", "/book/1", `{"status":"read"}`, "body.due") // that it has a due date is stored
		invalid(t, c, "PATCH", "/book/2", `{"due":"2026-03-01T12:00:00Z"}`, "body.due")
		if err := loadBook(t, db, wrong); err == nil || !strings.Contains(err.Error(), "body.due: must not be set") {
			t.Errorf("loading it = %v", err)
		}
		c.Want(http.StatusOK, "PATCH", "/book/1", `{"status":"read","due":null}`)
		if err := loadBook(t, db, emma); err != nil {
			t.Error(err)
		}
	})
}

func TestTimeThatCannotBeAnsweredIsRefused(t *testing.T) {
	sampletest.Each(t, func(t *testing.T, c *webtest.Client, db *database.DB) {
		for _, due := range []string{"9999-12-31T23:59:59-12:00", "9999-12-31T23:59:59.9999999-00:01", "0001-01-01T00:00:00+00:01", "0000-01-01T00:00:00Z", "0000-12-31T23:59:59+01:00"} {
			fields := emma + `,"status":"reading","due":"` + due + `"`
			invalid(t, c, "POST", "/book/", `{`+fields+`}`, "body.due")
			invalid(t, c, "PUT", "/book/2", `{`+fields+`}`, "body.due")
			invalid(t, c, "PATCH", "/book/1", `{"due":"`+due+`"}`, "body.due")
			if err := loadBook(t, db, fields); err == nil || !strings.Contains(err.Error(), "body.due: the time must be in the years 1 to 9999 in UTC") {
				t.Errorf("loading it = %v", err)
			}
		}
		for _, due := range []string{"9999-12-31T23:59:59+12:00", "9999-12-31T23:59:59.9999999Z", "0001-01-01T00:00:00Z", "0000-12-31T23:59:59-01:00"} {
			c.Want(http.StatusOK, "PATCH", "/book/1", `{"due":"`+due+`"}`)
			c.Want(http.StatusOK, "GET", "/book/1", "")
			c.Want(http.StatusOK, "GET", "/book/", "")
		}
	})
}
