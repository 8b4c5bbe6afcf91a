package browsable_test

import (
	"net/http"
	"testing"
)

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
