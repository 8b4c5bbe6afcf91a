package browsable_test

import (
	"net/http"
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"example.com/templatesite/internal/browsertest"
	"example.com/templatesite/internal/webtest"
)

// colliding has fields whose names have another meaning: to the page, its forms, the query, the
// DOM, a browser, or SQL. No sane resource has all of them, so no sample does.
type colliding struct {
	Title    string `json:"title" maxLength:"10" doc:"Of the page, or of the thing."`
	Raw      string `json:"raw" maxLength:"10"`
	Help     string `json:"help" maxLength:"10"`
	Error    string `json:"error" maxLength:"10"`
	ID       string `json:"id" maxLength:"10"`
	Limit    int    `json:"limit" maximum:"10"`
	After    string `json:"after" maxLength:"10"`
	Before   string `json:"before" maxLength:"10"`
	Format   string `json:"format" maxLength:"10"`
	Action   string `json:"action" maxLength:"10"`
	Method   string `json:"method" maxLength:"10"`
	Submit   string `json:"submit" maxLength:"10"`
	Reset    string `json:"reset" maxLength:"10"`
	Elements string `json:"elements" maxLength:"10"`
	Length   string `json:"length" maxLength:"10"`
	Name     string `json:"name" maxLength:"10"`
	Value    string `json:"value" maxLength:"10"`
	Charset  string `json:"_charset_" maxLength:"10"`
	Index    string `json:"isindex" maxLength:"10"`
	Order    string `json:"order" maxLength:"10"`
	Post     string `json:"post" maxLength:"10"`
	PostPut  string `json:"post-put" maxLength:"10"`
	RawTitle string `json:"raw-title" maxLength:"10"`
	TitleRaw string `json:"title-help" maxLength:"10"`
	Spaced   string `json:"due date" maxLength:"10" doc:"A name of two words."`
	Umlaut   string `json:"größe" maxLength:"10"`
	Percent  string `json:"100%" maxLength:"10"`
	Main     string `json:"main" maxLength:"10"`
}

func TestFieldsMayHaveAnyName(t *testing.T) {
	t.Parallel()
	withAndWithoutScripts(t, serve(t, thing[colliding](t, "PUT", `{}`)), func(tab *browsertest.Tab) {
		for form, button := range map[string]string{"put": "Save", "post": "Send"} {
			tab.Visit("/thing")
			for _, found := range tab.Audit() {
				t.Error(found)
			}
			want := map[string]any{}
			for field := range reflect.TypeFor[colliding]().Fields() {
				name := field.Tag.Get("json")
				control := `#` + form + ` form:not(.raw form) [name="` + name + `"]`
				typed := field.Name
				if want[name] = typed; name == "limit" {
					typed, want[name] = "7", 7.0
				}
				tab.Type(control, typed)
				labelled := `(() => { const c = document.querySelector('` + control + `'); return c.labels.length === 1 && document.getElementById(c.id) === c })()`
				if !browsertest.Evaluate[bool](tab, labelled) {
					t.Errorf("the control of %s has no label, or its id is not unique", name)
				}
			}
			tab.Follow(button)
			tab.Visit("/thing?format=json")
			got := webtest.JSON[map[string]any](t, webtest.Response{Body: tab.Text("body")})
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s (-want +got):\n%s", button, diff)
			}
		}
	})
}

func TestErrorLinksToItsControlWhateverTheNameOfTheField(t *testing.T) {
	t.Parallel()
	tab := browsertest.Start(t).Open(t, serve(t, thing[colliding](t, "PUT", `{}`)))
	for _, name := range []string{"title", "raw", "due date", "größe", "100%"} {
		tab.Visit("/thing")
		tab.Type(`#put form:not(.raw form) [name="`+name+`"]`, strings.Repeat("x", 11))
		if status := tab.Follow("Save"); status != http.StatusUnprocessableEntity {
			t.Fatalf("%s is a %d", name, status)
		}
		tab.Click("body." + name)
		const target = `document.querySelector(':target')?.name ?? ''`
		if got := browsertest.Evaluate[string](tab, target); got != name {
			t.Errorf("the error of %q leads to %q", name, got)
		}
	}
}

// In a form, these names have another meaning.
func TestFieldsWithReservedNamesAreOnlyEditedAsJSON(t *testing.T) {
	t.Parallel()
	type names struct {
		Dotted string `json:"a.b"`
		Method string `json:"_method"`
	}
	page := webtest.New(t, thing[names](t, "PUT", `{"a.b":"x","_method":"DELETE"}`)).Want(http.StatusOK, "GET", "/thing", "", html)
	wantText(t, page, "  &#34;a.b&#34;: &#34;x&#34;,\n  &#34;_method&#34;: &#34;DELETE&#34;\n}</textarea>")
	if strings.Contains(page.Body, `id="put-a.b"`) || strings.Contains(page.Body, `id="put-_method"`) {
		t.Error("the page has a form")
	}
}
