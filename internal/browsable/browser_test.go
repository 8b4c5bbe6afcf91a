package browsable_test

import (
	"net/http"
	"testing"

	"example.com/templatesite/internal/browsertest"
)

func TestFormOfEveryTypeIsFilledInAndSent(t *testing.T) {
	t.Parallel()
	tab := browsertest.Start(t).Open(t, serve(t, library(t, 1000)))
	tab.Visit("/book/")
	if help := tab.Text("#help-post-title"); help != "The title.\n1 to 80 characters." {
		t.Errorf("the help of the title is %q", help)
	}
	tab.Type("#post-shelf", "1")
	tab.Type("#post-title", "Oak")
	tab.Type("#post-pages", "300")
	tab.Type("#post-note", "two\nlines")
	tab.Choose("#post-listed", "false")
	tab.Set("#post-due", "2026-03-01T12:00")
	if status := tab.Follow("Create"); status != http.StatusUnprocessableEntity {
		t.Errorf("a time that must not be set is a %d", status)
	}
	tab.Want("must not be set unless the status is reading")
	for _, found := range tab.Audit() {
		t.Error(found)
	}
	tab.Choose("#post-status", "reading")
	tab.Follow("Create")
	tab.Want("Created.", `"shelf": 1`, `"title": "Oak"`, `"pages": 300`, `"note": "two\nlines"`, `"status": "reading"`, `"listed": false`, `"due": "2026-03-01T12:00:00Z"`)
	tab.Follow("Save")
	tab.Want("Saved.", `"note": "two\nlines"`)
}

func TestFormOfRareTypesIsFilledInAndSent(t *testing.T) {
	t.Parallel()
	tab := browsertest.Start(t).Open(t, serve(t, thing[rare](t, "PUT", anyRare)))
	tab.Visit("/thing")
	tab.Press("#put-lent")
	tab.Type(`#put [name="place.room"]`, "study")
	tab.Type("#put-code", "OAK")
	tab.Type("#put-text", "two\nlines")
	tab.Type("#put-price", "4.5")
	tab.Type("#put-tags", `[1, 2]`)
	if status := tab.Follow("Save"); status != http.StatusUnprocessableEntity {
		t.Errorf("wrong tags are a %d", status)
	}
	tab.Want("expected string")
	for _, found := range tab.Audit() {
		t.Error(found)
	}
	tab.Type("#put-tags", `["old"]`)
	tab.Follow("Save")
	tab.Want("Saved.", `"lent": false`, `"room": "study"`, `"code": "OAK"`, `"text": "two\nlines"`, `"price": 4.5`, `"old"`)
}

func TestProblemsAreReadableInABrowser(t *testing.T) {
	t.Parallel()
	tab := browsertest.Start(t).Open(t, serve(t, library(t, 1000)))
	for path, want := range map[string]struct {
		status int
		text   string
	}{
		"/sort":     {http.StatusMethodNotAllowed, "This address does not support that method. It supports OPTIONS, POST."},
		"/panic":    {http.StatusInternalServerError, "Internal Server Error."},
		"/stopping": {http.StatusServiceUnavailable, "The service is stopping. Try again."},
	} {
		if status := tab.Visit(path); status != want.status {
			t.Errorf("%s is a %d, want %d", path, status, want.status)
		}
		tab.Want(want.text)
		for _, found := range tab.Audit() {
			t.Errorf("%s: %s", path, found)
		}
	}
}
