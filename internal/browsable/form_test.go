package browsable_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"example.com/templatesite/internal/webtest"
)

// typed is what a browser sends for the form of a plant that is filled in.
func typed(changes ...string) url.Values {
	values := url.Values{
		"name": {"Fern"}, "kind": {"herb"}, "height": {"30"}, "indoor": {"true"}, "place.room": {"hall"}, "place.shelf": {""},
		"code": {""}, "bought": {""}, "note": {""}, "rating": {""}, "watered": {""}, "pots": {"2"}, "tags": {""},
	}
	for i := 0; i < len(changes); i += 2 {
		values.Set(changes[i], changes[i+1])
	}
	return values
}

func TestFormBecomesWhatTheFieldsTypesAre(t *testing.T) {
	t.Parallel()
	c := start(t)
	for _, tt := range []struct {
		name  string
		form  url.Values
		plant string
	}{
		{"what is left empty is left out", typed(), `{"name":"Fern","kind":"herb","height":30,"indoor":true,"place":{"room":"hall"},"pots":2}`},
		{
			"every type", typed("code", "ABC", "bought", "2026-01-02", "note", "a\r\nb", "rating", "4.5", "watered", "false", "pots", "9007199254740993", "tags", `["x", "y"]`, "place.shelf", "3"),
			`{"name":"Fern","kind":"herb","height":30,"indoor":true,"place":{"room":"hall","shelf":3},"code":"ABC","bought":"2026-01-02","note":"a\nb","rating":4.5,"watered":false,"pots":9007199254740993,"tags":["x","y"]}`,
		},
		{"a text that looks like another type", typed("name", "1e3", "note", "null"), `{"name":"1e3","kind":"herb","height":30,"indoor":true,"place":{"room":"hall"},"note":"null","pots":2}`},
		{"raw, where the API fills in a default", url.Values{"_content": {fern}}, `{"name":"Fern","kind":"herb","height":30,"indoor":true,"place":{"room":"hall"},"pots":2}`},
	} {
		answer := send(c, "/plant/", tt.form)
		location := answer.Header.Get("Location")
		if answer.Status != http.StatusSeeOther || !strings.HasPrefix(location, "/plant/") {
			t.Fatalf("%s: %d, Location = %q: %s", tt.name, answer.Status, location, answer.Body)
		}
		got, want := webtest.JSON[map[string]any](t, c.Want(http.StatusOK, "GET", location, "")), webtest.JSON[map[string]any](t, webtest.Answer{Body: tt.plant})
		delete(got, "id")
		delete(got, "href")
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, diff)
		}
	}
}

func TestCheckboxThatIsEmptyIsFalse(t *testing.T) {
	t.Parallel()
	c := start(t)
	form := typed()
	form.Del("indoor")
	location := send(c, "/plant/", form).Header.Get("Location")
	if got := webtest.JSON[plant](t, c.Want(http.StatusOK, "GET", location, "")); got.Indoor {
		t.Errorf("%+v", got)
	}
}

func TestErrorsAreBesideTheirFieldsAndWhatWasTypedStays(t *testing.T) {
	t.Parallel()
	c := start(t)
	answer := send(c, "/plant/", typed("name", strings.Repeat("x", 21), "height", "tall", "place.room", strings.Repeat("y", 21), "kind", "moss", "tags", "[1]", "note", "<mine>"))
	if answer.Status != http.StatusUnprocessableEntity {
		t.Fatal(answer.Status, answer.Body)
	}
	wantText(t, answer,
		`id="error-post-name">expected length &lt;= 20<`, `value="xxxxxxxxxxxxxxxxxxxxx" aria-describedby="error-post-name help-post-name" aria-invalid="true"`,
		`id="error-post-height"`, `value="tall"`, `id="error-post-place.room"`, `id="error-post-kind"`, `id="error-post-tags"`, "\n[1]</textarea>",
		`<a href="#post-height">body.height</a>`, "\n&lt;mine&gt;</textarea>")
}

func TestTimeIsTypedAsTheFormSays(t *testing.T) {
	t.Parallel()
	page := webtest.New(t, thing[odd](t, "PUT", `{"nick":null,"level":null,"sure":null,"at":"2026-01-02T03:04:05.000001+01:00"}`)).Want(http.StatusOK, "GET", "/thing", "", html)
	wantText(t, page, `<input type="text" id="put-at" name="at" value="2026-01-02T03:04:05.000001&#43;01:00"`, `placeholder="2017-07-30T15:22:42Z"`,
		"When it was. <span>Date, time and zone: 2017-07-30T15:22:42Z, or 2017-07-30T17:22:42&#43;02:00.</span>", `<input type="date" id="put-until"`)
}

func TestRawBodyStaysWithItsErrors(t *testing.T) {
	t.Parallel()
	c := start(t)
	wantText(t, send(c, "/plant/", url.Values{"_content": {`{"name": 1`}}), "Bad Request", `<details class="raw" open>`, "{&#34;name&#34;: 1</textarea>")
}

func TestFormStandsForAnotherMethod(t *testing.T) {
	t.Parallel()
	c := start(t)
	etag := c.Want(http.StatusCreated, "POST", "/plant/", fern).Header.Get("ETag")
	wantText(t, c.Want(http.StatusOK, "GET", "/plant/1", "", html), `name="_etag" value="`+strings.ReplaceAll(etag, `"`, "&#34;"))
	saved := send(c, "/plant/1", typed("_method", "PUT", "_etag", etag, "name", "Oak"))
	if saved.Status != http.StatusSeeOther || saved.Header.Get("Location") != "/plant/1" {
		t.Fatal(saved)
	}
	wantText(t, c.Want(http.StatusOK, "GET", "/plant/1", "", html, "Cookie: "+saved.Header.Get("Set-Cookie")), "Saved.", `value="Oak"`)
	if got := send(c, "/plant/1", url.Values{"_method": {"TRACE"}}); got.Status != http.StatusBadRequest {
		t.Errorf("TRACE = %d", got.Status)
	}
	if got := send(c, "/plant/", url.Values{"_method": {"DELETE"}}); got.Status != http.StatusMethodNotAllowed {
		t.Errorf("DELETE of all = %d", got.Status)
	}
	deleted := send(c, "/plant/1", url.Values{"_method": {"DELETE"}})
	if deleted.Status != http.StatusSeeOther || deleted.Header.Get("Location") != "/plant/" {
		t.Error(deleted)
	}
	c.Want(http.StatusNotFound, "GET", "/plant/1", "")
}

func TestConflictShowsBothVersionsAndOverwritesNothing(t *testing.T) {
	t.Parallel()
	c := start(t)
	mine := c.Want(http.StatusCreated, "POST", "/plant/", fern).Header.Get("ETag")
	theirs := c.Want(http.StatusOK, "PUT", "/plant/1", strings.Replace(fern, "Fern", "Theirs", 1)).Header.Get("ETag")
	for method, button := range map[string]string{"PUT": "Save mine instead", "DELETE": "Delete it anyway"} {
		conflict := send(c, "/plant/1", typed("_method", method, "_etag", mine, "name", "Mine"))
		if conflict.Status != http.StatusPreconditionFailed {
			t.Fatal(conflict)
		}
		wantText(t, conflict, "&#34;Theirs&#34;", button, `name="_etag" value="`+strings.ReplaceAll(theirs, `"`, "&#34;"))
		if method == "PUT" {
			wantText(t, conflict, `value="Mine"`)
		}
	}
	raw := send(c, "/plant/1", url.Values{"_method": {"PUT"}, "_etag": {mine}, "_content": {fern}})
	wantText(t, raw, "&#34;Theirs&#34;", `<details class="raw" open>`, "&#34;Fern&#34;")
	if strings.Contains(raw.Body, `id="put-name"`) {
		t.Error("beside the body that was typed is a form with their values")
	}
	if got := webtest.JSON[plant](t, c.Want(http.StatusOK, "GET", "/plant/1", "")); got.Name != "Theirs" {
		t.Errorf("it is overwritten: %+v", got)
	}
	if again := send(c, "/plant/1", typed("_method", "PUT", "_etag", theirs, "name", "Mine")); again.Status != http.StatusSeeOther {
		t.Errorf("mine instead = %d", again.Status)
	}
}

func TestTextThatAFormCannotHoldIsOfferedAsJSON(t *testing.T) {
	t.Parallel()
	c := start(t)
	c.Want(http.StatusCreated, "POST", "/plant/", strings.Replace(fern, "Fern", `two\nlines`, 1))
	page := c.Want(http.StatusOK, "GET", "/plant/1", "", html)
	wantText(t, page, "A form cannot show this exactly.", `two\nlines`)
	if strings.Contains(page.Body, `id="put-name"`) {
		t.Error("there is a form")
	}
}

func TestFormsAreForPagesOfThisOriginAlone(t *testing.T) {
	t.Parallel()
	c := start(t)
	for _, header := range []string{"Sec-Fetch-Site: cross-site", "Origin: https://evil.example"} {
		if got := send(c, "/plant/", typed(), header); got.Status != http.StatusForbidden {
			t.Errorf("%s = %d", header, got.Status)
		}
	}
	if got := send(c, "/plant/", typed(), "Sec-Fetch-Site: same-origin"); got.Status != http.StatusSeeOther {
		t.Errorf("same origin = %d", got.Status)
	}
	// A program that sends a form is told that this is no form's service.
	c.Want(http.StatusUnsupportedMediaType, "POST", "/plant/", typed().Encode(), "Content-Type: application/x-www-form-urlencoded")
}

func TestFormIsBounded(t *testing.T) {
	t.Parallel()
	c := start(t)
	for length, want := range map[int]int{1500: http.StatusRequestEntityTooLarge, 5000: http.StatusRequestEntityTooLarge} {
		if got := send(c, "/plant/", typed("note", strings.Repeat("x", length))); got.Status != want {
			t.Errorf("%d bytes = %d, want %d", length, got.Status, want)
		}
	}
	for _, body := range []string{"name=%zz", "name=%ff"} {
		c.Want(http.StatusBadRequest, "POST", "/plant/", body, html, "Content-Type: application/x-www-form-urlencoded")
	}
}
