package web_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"example.com/templatesite/internal/database"
	"example.com/templatesite/internal/sampletest"
	"example.com/templatesite/internal/webtest"
)

func TestAcceptedTextIsReturnedUnchanged(t *testing.T) {
	texts := []string{
		`"quotes" \ and / slashes`, "tab\tand\nline\r\nfeeds", "\u0001\u001f\u007f", "\u2028\u2029", "\ufeffmark",
		"e\u0301 is not \u00e9", "\u202egnirts", "👨‍👩‍👧", "<script>alert(1)</script>&amp;", "'; drop table book; --",
		"%s %d $1 ?", "\U0010ffff\uffff\ufffd", " leading and trailing ", "2026-01-02", "NULL", "İıſK", strings.Repeat("\U0001f600", 200),
	}
	sampletest.Each(t, func(t *testing.T, c *webtest.Client, _ *database.DB) {
		for _, text := range texts {
			note, err := json.Marshal(text)
			if err != nil {
				t.Fatal(err)
			}
			created := c.Want(http.StatusCreated, "POST", "/book/", `{`+emma+`,"note":`+string(note)+`}`)
			read := c.Want(http.StatusOK, "GET", strings.TrimPrefix(created.Header.Get("Location"), "http://example.org"), "")
			if got := webtest.JSON[sampletest.Book](t, read).Note; got != text {
				t.Errorf("%q came back as %q", text, got)
			}
		}
	})
}

func TestLengthOfTextCountsCharactersAndNotBytes(t *testing.T) {
	sampletest.Each(t, func(t *testing.T, c *webtest.Client, db *database.DB) {
		for _, character := range []string{"x", " ", "ü", "漢", "👋"} {
			fields := func(length int) string {
				return `"shelf":1,"pages":1,"title":"` + strings.Repeat(character, length) + `"`
			}
			for _, length := range []int{1, 80} {
				c.Want(http.StatusCreated, "POST", "/book/", `{`+fields(length)+`}`)
				c.Want(http.StatusOK, "PUT", "/book/1", `{`+fields(length)+`}`)
				if err := loadBook(t, db, "9", fields(length)); err != nil {
					t.Errorf("a fixture with %d times %q: %v", length, character, err)
				}
			}
			for _, length := range []int{0, 81} {
				wantInvalid(t, c, "POST", "/book/", `{`+fields(length)+`}`, "body.title")
				wantInvalid(t, c, "PUT", "/book/1", `{`+fields(length)+`}`, "body.title")
				if err := loadBook(t, db, "9", fields(length)); err == nil || !strings.Contains(err.Error(), "body.title") {
					t.Errorf("a fixture with %d times %q: %v", length, character, err)
				}
			}
		}
	})
}
