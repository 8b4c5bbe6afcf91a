package browsable_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"example.com/templatesite/internal/browsertest"
	"example.com/templatesite/internal/webtest"
)

// due returns when a book is due.
func due(t *testing.T, c *webtest.Client) string {
	t.Helper()
	value, _ := webtest.JSON[map[string]any](t, c.Want(http.StatusOK, "GET", "/book/1", ""))["due"].(string)
	return value
}

func TestTimeInAFormKeepsItsMicrosecondsUnlessItIsChanged(t *testing.T) {
	t.Parallel()
	c := start(t)
	const exact = "2026-03-01T12:34:56.000001Z"
	for _, tt := range []struct{ typed, original, want string }{
		{"2026-03-01T12:34:56", exact, exact},
		{"2026-03-01T12:34", "2026-03-01T12:34:00.5Z", "2026-03-01T12:34:00.5Z"}, // browsers leave out seconds that are 0
		{"2026-03-01T12:34", exact, "2026-03-01T12:34:00Z"},
		{"2026-03-01T12:34:57", exact, "2026-03-01T12:34:57Z"},
		{"2026-03-01T12:34", "", "2026-03-01T12:34:00Z"},
		{"2026-03-01T12:34", "not a time", "2026-03-01T12:34:00Z"},
		{"2026-03-01T12:34:56", "2026-03-01T01:00:00+02:00", "2026-03-01T10:34:56Z"},
		{"2026-03-01T12:34:56+02:00", exact, "2026-03-01T10:34:56Z"}, // typed in full, without the browser's control
		{"", exact, ""},
	} {
		form := typed("_method", "PUT", "status", "reading", "due", tt.typed, "due.original", tt.original)
		if got := send(c, "/book/1", form); got.Status != http.StatusSeeOther {
			t.Fatal(got)
		}
		if got := due(t, c); got != tt.want {
			t.Errorf("%q instead of %q has become %q, want %q", tt.typed, tt.original, got, tt.want)
		}
	}
	refused := send(c, "/book/1", typed("_method", "PUT", "status", "reading", "due", "yesterday", "due.original", exact))
	wantText(t, refused, `id="error-put-due"`, `<input type="text" id="put-due" name="due" value="yesterday"`)
}

func TestTimeInAFormHasTheBrowsersControlAndItsZone(t *testing.T) {
	t.Parallel()
	page := start(t).Want(http.StatusOK, "GET", "/book/1", "", html)
	wantText(t, page, `<input type="datetime-local" id="put-due" name="due" value="2026-03-01T12:00:00"`, `step="1"`, "<span>In UTC.</span>",
		`<input type="hidden" name="due.original" value="2026-03-01T12:00:00Z">`)
	c := webtest.New(t, thing[odd](t, "PUT", `{"nick":null,"level":null,"sure":null,"at":"2026-01-02T03:04:05.000001+01:00"}`))
	wantText(t, c.Want(http.StatusOK, "GET", "/thing", "", html), `value="2026-01-02T03:04:05"`, "<span>In the time zone &#43;01:00.</span>", `<input type="date" id="put-until"`)
	send(c, "/thing", url.Values{"_method": {"PUT"}, "nick": {""}, "level": {""}, "sure": {""}, "at": {"2026-01-02T04:00"}, "at.original": {"2026-01-02T03:04:05.000001+01:00"}})
	wantText(t, c.Want(http.StatusOK, "GET", "/thing", ""), `"at":"2026-01-02T04:00:00+01:00"`)
}

func TestRefusedFormKeepsTheExactTime(t *testing.T) {
	t.Parallel()
	c := start(t)
	refused := send(c, "/book/1", typed("_method", "PUT", "pages", "0", "status", "reading", "due", "2026-03-01T12:34:56", "due.original", "2026-03-01T12:34:56.000001Z"))
	wantText(t, refused, `value="2026-03-01T12:34:56" aria-describedby="help-put-due"`, `name="due.original" value="2026-03-01T12:34:56.000001Z"`)
	long := send(c, "/book/1", typed("_method", "PUT", "pages", "0", "due.original", strings.Repeat("'", 300)))
	if strings.Contains(long.Body, "due.original") {
		t.Error("the page repeats a time of 300 bytes")
	}
}

func TestTimeIsKeptChangedAndRemovedInABrowser(t *testing.T) {
	t.Parallel()
	handler := library(t, 1000)
	c := webtest.New(t, handler)
	withAndWithoutScripts(t, serve(t, handler), func(tab *browsertest.Tab) {
		for _, exact := range []string{"2026-03-01T12:34:56.000001Z", "2026-03-01T12:00:00Z", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59.999999Z"} {
			c.Want(http.StatusOK, "PATCH", "/book/1", `{"status":"reading","due":"`+exact+`"}`)
			tab.Visit("/book/1")
			tab.Follow("Save")
			tab.Want("Saved.")
			if got := due(t, c); got != exact {
				t.Errorf("the unchanged form turned %s into %s", exact, got)
			}
		}
		for value, want := range map[string]string{"2026-04-05T06:07": "2026-04-05T06:07:00Z", "2026-04-05T06:07:08": "2026-04-05T06:07:08Z", "": ""} {
			tab.Visit("/book/1")
			tab.Set("#put-due", value)
			tab.Follow("Save")
			tab.Want("Saved.")
			if got := due(t, c); got != want {
				t.Errorf("%q has become %q, want %q", value, got, want)
			}
		}
	})
}
