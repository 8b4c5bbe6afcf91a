package browsable_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"example.com/templatesite/internal/sampletest"
	"example.com/templatesite/internal/webtest"
)

// changed sets values of a form. changes are pairs of a name and a value.
func changed(values url.Values, changes []string) url.Values {
	for i := 0; i < len(changes); i += 2 {
		values.Set(changes[i], changes[i+1])
	}
	return values
}

// typed returns what a browser sends for a filled-in form of a book, with changes.
func typed(changes ...string) url.Values {
	return changed(url.Values{
		"shelf": {"1"}, "title": {"Emma"}, "pages": {"474"}, "note": {""}, "status": {"unread"}, "listed": {"true"}, "due": {""},
	}, changes)
}

// typedRare returns what a browser sends for a filled-in form of a rare, with changes.
func typedRare(changes ...string) url.Values {
	return changed(url.Values{
		"lent": {"true"}, "place.room": {"hall"}, "place.row": {""}, "text": {""}, "price": {""}, "code": {""}, "since": {""}, "tags": {""},
	}, changes)
}

// wantJSON compares what is stored at an address with JSON, without the members that the
// service sets.
func wantJSON(t *testing.T, c *webtest.Client, name, target, want string) {
	t.Helper()
	got := webtest.JSON[map[string]any](t, c.Want(http.StatusOK, "GET", target, ""))
	delete(got, "id")
	delete(got, "href")
	if diff := cmp.Diff(webtest.JSON[map[string]any](t, webtest.Response{Body: want}), got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", name, diff)
	}
}

func TestFormBecomesJSONOfTheFieldsTypes(t *testing.T) {
	t.Parallel()
	c := start(t)
	for _, tt := range []struct {
		name string
		form url.Values
		book string
	}{
		{"an empty control is left out", typed(), `{"shelf":1,"title":"Emma","pages":474,"status":"unread","listed":true}`},
		{
			"every type", typed("note", "a\r\nb", "status", "reading", "listed", "false", "due", "2026-03-01T12:00"),
			`{"shelf":1,"title":"Emma","pages":474,"note":"a\nb","status":"reading","listed":false,"due":"2026-03-01T12:00:00Z"}`,
		},
		{"a text that looks like another type", typed("title", "1e3", "note", "null"), `{"shelf":1,"title":"1e3","pages":474,"note":"null","status":"unread","listed":true}`},
		{"JSON, to which the API adds the defaults", url.Values{"_content": {emma}}, `{"shelf":1,"title":"Emma","pages":474,"status":"unread","listed":true}`},
	} {
		answer := send(c, "/book/", tt.form)
		location := answer.Header.Get("Location")
		if answer.Status != http.StatusSeeOther || !strings.HasPrefix(location, "/book/") {
			t.Fatalf("%s: %d, Location = %q: %s", tt.name, answer.Status, location, answer.Body)
		}
		wantJSON(t, c, tt.name, location, tt.book)
	}
}

func TestFormBecomesJSONOfRareTypes(t *testing.T) {
	t.Parallel()
	c := webtest.New(t, thing[rare](t, "PUT", anyRare))
	for _, tt := range []struct {
		name string
		form url.Values
		want string
	}{
		{"an empty control is left out", typedRare(), anyRare},
		{
			"every type", typedRare("text", "a\r\nb", "price", "4.5", "code", "ABC", "since", "2026-01-02", "tags", `["x", "y"]`, "place.row", "9007199254740993"),
			`{"lent":true,"place":{"room":"hall","row":9007199254740993},"text":"a\nb","price":4.5,"code":"ABC","since":"2026-01-02","tags":["x","y"]}`,
		},
	} {
		if got := send(c, "/thing", changed(tt.form, []string{"_method", "PUT"})); got.Status != http.StatusSeeOther {
			t.Fatalf("%s: %v", tt.name, got)
		}
		wantJSON(t, c, tt.name, "/thing", tt.want)
	}
	wantText(t, c.Want(http.StatusOK, "GET", "/thing", ""), "9007199254740993")
	form := typedRare("_method", "PUT")
	form.Del("lent")
	send(c, "/thing", form)
	wantJSON(t, c, "an empty checkbox is false", "/thing", `{"lent":false,"place":{"room":"hall"}}`)
}

func TestErrorsAreBesideTheirFieldsAndTypedTextIsKept(t *testing.T) {
	t.Parallel()
	answer := send(start(t), "/book/", typed("title", strings.Repeat("x", 81), "pages", "many", "status", "lost", "note", "<mine>"))
	if answer.Status != http.StatusUnprocessableEntity {
		t.Fatal(answer.Status, answer.Body)
	}
	wantText(t, answer,
		`id="error-post-title">expected length &lt;= 80<`, `value="`+strings.Repeat("x", 81)+`" aria-describedby="error-post-title help-post-title" aria-invalid="true"`,
		`id="error-post-pages"`, `value="many"`, `id="error-post-status"`,
		`<a href="#post-pages">body.pages</a>`, "\n&lt;mine&gt;</textarea>")
	answer = send(webtest.New(t, thing[rare](t, "PUT", anyRare)), "/thing", typedRare("place.room", strings.Repeat("y", 21), "tags", "[1]"))
	wantText(t, answer, `id="error-post-place.room"`, `id="error-post-tags"`, "\n[1]</textarea>")
}

func TestViolatedConstraintIsBesideItsField(t *testing.T) {
	t.Parallel()
	c := start(t)
	for field, form := range map[string]url.Values{"code": typed("code", "PS-3048"), "shelf": typed("shelf", "99")} {
		answer := send(c, "/book/", form)
		if !strings.Contains(answer.Body, `id="error-post-`+field+`"`) {
			t.Errorf("%s: %d, no error beside it in %s", field, answer.Status, answer.Body)
		}
	}
}

func TestRefusedJSONIsShownAgainWithItsError(t *testing.T) {
	t.Parallel()
	wantText(t, send(start(t), "/book/", url.Values{"_content": {`{"title": 1`}}), "Bad Request", `<details class="raw" open>`, "{&#34;title&#34;: 1</textarea>")
}

func TestFormSendsTheMethodThatItNames(t *testing.T) {
	t.Parallel()
	c := start(t)
	etag := c.Want(http.StatusOK, "GET", "/book/1", "").Header.Get("ETag")
	wantText(t, c.Want(http.StatusOK, "GET", "/book/1", "", html), `name="_etag" value="`+strings.ReplaceAll(etag, `"`, "&#34;"))
	saved := send(c, "/book/1", typed("_method", "PUT", "_etag", etag, "title", "Persuasion"))
	if saved.Status != http.StatusSeeOther || saved.Header.Get("Location") != "/book/1" {
		t.Fatal(saved)
	}
	wantText(t, c.Want(http.StatusOK, "GET", "/book/1", "", html, "Cookie: "+saved.Header.Get("Set-Cookie")), "Saved.", `value="Persuasion"`)
	if got := send(c, "/book/1", url.Values{"_method": {"TRACE"}}); got.Status != http.StatusBadRequest {
		t.Errorf("TRACE = %d", got.Status)
	}
	if got := send(c, "/book/", url.Values{"_method": {"DELETE"}}); got.Status != http.StatusMethodNotAllowed {
		t.Errorf("DELETE of all = %d", got.Status)
	}
	deleted := send(c, "/book/1", url.Values{"_method": {"DELETE"}})
	if deleted.Status != http.StatusSeeOther || deleted.Header.Get("Location") != "/book/" {
		t.Error(deleted)
	}
	c.Want(http.StatusNotFound, "GET", "/book/1", "")
}

func TestConflictShowsBothVersionsAndOverwritesNothing(t *testing.T) {
	t.Parallel()
	c := start(t)
	mine := c.Want(http.StatusOK, "GET", "/book/1", "").Header.Get("ETag")
	theirs := c.Want(http.StatusOK, "PUT", "/book/1", strings.Replace(emma, "Emma", "Theirs", 1)).Header.Get("ETag")
	for method, button := range map[string]string{"PUT": "Save mine instead", "DELETE": "Delete it anyway"} {
		conflict := send(c, "/book/1", typed("_method", method, "_etag", mine, "title", "Mine"))
		if conflict.Status != http.StatusPreconditionFailed {
			t.Fatal(conflict)
		}
		wantText(t, conflict, "&#34;Theirs&#34;", button, `name="_etag" value="`+strings.ReplaceAll(theirs, `"`, "&#34;"))
		if method == "PUT" {
			wantText(t, conflict, `value="Mine"`)
		}
	}
	raw := send(c, "/book/1", url.Values{"_method": {"PUT"}, "_etag": {mine}, "_content": {emma}})
	wantText(t, raw, "&#34;Theirs&#34;", `<details class="raw" open>`, "&#34;Emma&#34;")
	if strings.Contains(raw.Body, `id="put-title"`) {
		t.Error("a form with their values is beside the body that was typed")
	}
	if got := webtest.JSON[sampletest.Book](t, c.Want(http.StatusOK, "GET", "/book/1", "")); got.Title != "Theirs" {
		t.Errorf("the book was overwritten: %+v", got)
	}
	if again := send(c, "/book/1", typed("_method", "PUT", "_etag", theirs, "title", "Mine")); again.Status != http.StatusSeeOther {
		t.Errorf("saving mine instead = %d", again.Status)
	}
}

func TestTextThatAControlCannotHoldIsEditedAsJSON(t *testing.T) {
	t.Parallel()
	c := start(t)
	c.Want(http.StatusOK, "PUT", "/book/1", strings.Replace(emma, "Emma", `two\nlines`, 1))
	page := c.Want(http.StatusOK, "GET", "/book/1", "", html)
	wantText(t, page, "A form cannot show this exactly.", `two\nlines`)
	if strings.Contains(page.Body, `id="put-title"`) {
		t.Error("the page has a form")
	}
}

func TestFormsAreAcceptedOnlyFromPagesOfTheSameOrigin(t *testing.T) {
	t.Parallel()
	c := start(t)
	for _, header := range []string{"Sec-Fetch-Site: cross-site", "Origin: https://evil.example"} {
		if got := send(c, "/book/", typed(), header); got.Status != http.StatusForbidden {
			t.Errorf("%s = %d", header, got.Status)
		}
	}
	if got := send(c, "/book/", typed(), "Sec-Fetch-Site: same-origin"); got.Status != http.StatusSeeOther {
		t.Errorf("same origin = %d", got.Status)
	}
	// A program that sends a form learns that the API takes JSON.
	c.Want(http.StatusUnsupportedMediaType, "POST", "/book/", typed().Encode(), formType)
}

func TestFormIsBounded(t *testing.T) {
	t.Parallel()
	c := start(t)
	for length, want := range map[int]int{1500: http.StatusRequestEntityTooLarge, 5000: http.StatusRequestEntityTooLarge} {
		if got := send(c, "/book/", typed("note", strings.Repeat("x", length))); got.Status != want {
			t.Errorf("%d bytes = %d, want %d", length, got.Status, want)
		}
	}
	for _, body := range []string{"title=%zz", "title=%ff"} {
		c.Want(http.StatusBadRequest, "POST", "/book/", body, html, formType)
	}
}
