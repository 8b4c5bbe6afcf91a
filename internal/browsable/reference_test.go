package browsable_test

import (
	"net/http"
	"strings"
	"testing"

	"example.com/templatesite/internal/browsertest"
)

func TestRowLinksToTheListsOfWhatRefersToIt(t *testing.T) {
	t.Parallel()
	c := start(t)
	shelf := c.Want(http.StatusOK, "GET", "/shelf/1", "", html)
	wantText(t, shelf, `What refers to this</h3>`, `<li>book: <a href="/book/?shelf=1">/book/?shelf=1</a></li>`)
	wantText(t, c.Want(http.StatusOK, "GET", "/book/?shelf=1", "", html), "Walden", "Emma")
	for target, status := range map[string]int{"/shelf/": 200, "/shelf/77": 404, "/shelf/1/book/": 200, "/book/1": 200, "/": 200} {
		if page := c.Want(status, "GET", target, "", html); strings.Contains(page.Body, "What refers to this") {
			t.Errorf("%s has links to what refers to it", target)
		}
	}
}

func TestReferenceInAFormLinksToItsListAndToItsRow(t *testing.T) {
	t.Parallel()
	c := start(t)
	const list = `<a href="/shelf/" target="_blank">Find it in /shelf/</a> (new tab)</p>`
	const row = `<a href="/shelf/1" target="_blank">Open /shelf/1</a> · `
	const empty, filled = `-shelf">` + list, `-shelf">` + row + list
	wantText(t, c.Want(http.StatusOK, "GET", "/book/", "", html), `"list-post`+empty, `"list-query`+empty, `aria-describedby="help-post-shelf list-post-shelf"`)
	wantText(t, c.Want(http.StatusOK, "GET", "/book/?shelf=1", "", html), `"list-post`+empty, `"list-query`+filled)
	wantText(t, c.Want(http.StatusOK, "GET", "/book/1", "", html), `"list-put`+filled)
	wantText(t, send(c, "/book/", typed("title", "")), `"list-post`+filled)
	// What is no row, or none that exists, has no link.
	for _, wrong := range []string{"77", "many", "-1"} {
		wantText(t, send(c, "/book/", typed("shelf", wrong)), `"list-post`+empty, `aria-describedby="error-post-shelf help-post-shelf list-post-shelf"`)
	}
}

func TestReferencesAreFollowedInABrowser(t *testing.T) {
	t.Parallel()
	withAndWithoutScripts(t, serve(t, library(t, 1000)), func(tab *browsertest.Tab) {
		tab.Visit("/shelf/1")
		for _, found := range tab.Audit() {
			t.Error(found)
		}
		tab.Follow("/book/?shelf=1")
		tab.Want("Walden", "Emma", "Open /shelf/1")
		for _, found := range tab.Audit() {
			t.Error(found)
		}
		tab.Type("#query-shelf", "2")
		show(t, tab, http.StatusOK, "Open /shelf/2")
	})
}
