package web_test

import (
	"net/http"
	"strings"
	"testing"

	"example.com/templatesite/internal/database"
	"example.com/templatesite/internal/sampletest"
	"example.com/templatesite/internal/webtest"
)

// wantFields fails the test unless the response is a book with these fields.
func wantFields(t *testing.T, answer webtest.Response, status string, listed bool) {
	t.Helper()
	book := webtest.JSON[sampletest.Book](t, answer)
	if book.Status != status || book.Listed == nil || *book.Listed != listed {
		t.Errorf("status %q, want %q; %s, want listed %v", book.Status, status, answer.Body, listed)
	}
}

func TestAbsentOrRemovedFieldHasItsDefault(t *testing.T) {
	sampletest.Each(t, func(t *testing.T, c *webtest.Client, _ *database.DB) {
		wantFields(t, c.Want(http.StatusOK, "GET", "/book/1", ""), "reading", true) // the default of the fixture
		wantFields(t, c.Want(http.StatusOK, "GET", "/book/2", ""), "unread", false)
		for _, body := range []string{book, `{` + emma + `,"status":null,"listed":null}`} {
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

func TestRuleOverTwoFieldsAppliesHoweverTheyAreSent(t *testing.T) {
	sampletest.Each(t, func(t *testing.T, c *webtest.Client, db *database.DB) {
		wrong := emma + `,"due":"2026-03-01T12:00:00Z"`
		wantInvalid(t, c, "POST", "/book/", `{`+wrong+`}`, "body.due")
		wantInvalid(t, c, "POST", "/shelf/1/book/", `{"title":"x","pages":1,"due":"2026-03-01T12:00:00Z"}`, "body.due")
		wantInvalid(t, c, "PUT", "/book/1", `{`+wrong+`}`, "body.due")
		wantInvalid(t, c, "PATCH", "/book/1", `{"status":"read"}`, "body.due") // the stored book has a due date
		wantInvalid(t, c, "PATCH", "/book/2", `{"due":"2026-03-01T12:00:00Z"}`, "body.due")
		if err := loadBook(t, db, "9", wrong); err == nil || !strings.Contains(err.Error(), "body.due: must not be set") {
			t.Errorf("loading it = %v", err)
		}
		c.Want(http.StatusOK, "PATCH", "/book/1", `{"status":"read","due":null}`)
		if err := loadBook(t, db, "9", emma); err != nil {
			t.Error(err)
		}
	})
}

func TestFieldOfEachKindIsValidatedHoweverItIsSent(t *testing.T) {
	sampletest.Each(t, func(t *testing.T, c *webtest.Client, db *database.DB) {
		for field, values := range map[string][]string{
			"shelf":  {`0`, `-1`, `"1"`, `1.5`, `true`, `[1]`},
			"title":  {`""`, `1`, `{}`, `"` + strings.Repeat("x", 81) + `"`},
			"pages":  {`0`, `10000`, `1.5`, `"1"`, `true`, `99999999999999999999`},
			"note":   {`1`, `false`, `"` + strings.Repeat("x", 201) + `"`},
			"status": {`"lost"`, `"Read"`, `""`, `1`},
			"listed": {`"true"`, `0`, `""`},
			"due":    {`"2026-03-01"`, `"12:00:00Z"`, `"tomorrow"`, `""`, `1772366400`},
		} {
			for _, value := range values {
				invalid := `"` + field + `":` + value
				body := invalid
				for name, valid := range map[string]string{"shelf": `1`, "title": `"Emma"`, "pages": `474`, "status": `"reading"`} {
					if name != field {
						body = `"` + name + `":` + valid + `,` + body
					}
				}
				wantInvalid(t, c, "POST", "/book/", `{`+body+`}`, "body."+field)
				wantInvalid(t, c, "PUT", "/book/1", `{`+body+`}`, "body."+field)
				wantInvalid(t, c, "PATCH", "/book/1", `{`+invalid+`}`, "body."+field)
				if err := loadBook(t, db, "9", body); err == nil || !strings.Contains(err.Error(), "body."+field) {
					t.Errorf("a fixture with %s: %v", body, err)
				}
			}
		}
	})
}
