package browsable_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/go-cmp/cmp"

	"example.com/templatesite/internal/browsable"
	"example.com/templatesite/internal/browsertest"
	"example.com/templatesite/internal/logtest"
	"example.com/templatesite/internal/middleware"
	"example.com/templatesite/internal/web"
	"example.com/templatesite/internal/webtest"
)

// odd has what a form holds only with care.
type odd struct {
	Nick  *string  `json:"nick"`
	Level *string  `json:"level" enum:"low,high"`
	Sure  *bool    `json:"sure"`
	Step  int      `json:"step,omitzero" minimum:"1" multipleOf:"5"`
	Share float64  `json:"share,omitzero" minimum:"0.3" multipleOf:"0.1"`
	Code  string   `json:"code,omitempty" pattern:"[A-Z]"`
	Until string   `json:"until,omitempty" format:"date"`
	At    string   `json:"at,omitempty" format:"date-time" doc:"When it was."`
	Tags  []string `json:"tags,omitempty" example:"[\"old\",\"tall\"]"`
	Size  *size    `json:"size,omitempty"`
}

type size struct {
	Name  string `json:"name" minLength:"1"`
	Width int64  `json:"width"`
	Depth int64  `json:"depth,omitzero"`
	Note  string `json:"note,omitempty"`
}

// thing is a service of one T, which method changes.
func thing[T any](t *testing.T, method, stored string) http.Handler {
	one := webtest.JSON[T](t, webtest.Answer{Body: stored})
	api := web.NewAPI(web.Options{Title: "thing", Version: "1", MaxBodyBytes: 1000, Classify: func(error) *web.Problem { return nil }})
	type output struct{ Body T }
	web.Register(api, huma.Operation{OperationID: "get", Method: "GET", Path: "/thing", Summary: "Get it"},
		func(context.Context, *struct{}) (*output, error) { return &output{one}, nil })
	replace := func(_ context.Context, in *struct{ Body T }) (*output, error) {
		one = in.Body
		return &output{one}, nil
	}
	web.Register(api, huma.Operation{OperationID: "post", Method: "POST", Path: "/thing", Summary: "Make it"}, replace)
	if method == http.MethodPut {
		web.Register(api, huma.Operation{OperationID: "put", Method: "PUT", Path: "/thing", Summary: "Replace it"}, replace)
	} else {
		web.Register(api, huma.Operation{OperationID: "patch", Method: "PATCH", Path: "/thing", Summary: "Change it"},
			func(_ context.Context, in *struct{ Body web.Patch[T] }) (*output, error) {
				changed, err := in.Body.Apply(one)
				if err == nil {
					one = changed
				}
				return &output{one}, err
			})
	}
	api.Documents()
	api.File("files", "/static/{name}", "Files", func(w http.ResponseWriter, r *http.Request) {
		http.ServeFileFS(w, r, browsable.Files, r.PathValue("name"))
	})
	pages := browsable.Pages(api, func(name string) string { return "/static/" + name })
	return web.Chain(api, middleware.RequestInfo(nil), pages, middleware.Recover(logtest.New(t)), middleware.CrossOrigin())
}

func TestFormThatNobodyTouchesChangesNothing(t *testing.T) {
	t.Parallel()
	b := browsertest.Start(t)
	for _, method := range []string{"PUT", "PATCH"} {
		for _, stored := range []string{
			`{"nick":null,"level":null,"sure":null}`,
			`{"nick":"n","level":"high","sure":false,"step":10,"share":0.3,"code":"aBc","until":"2026-01-02","at":"2026-01-02T03:04:05.000001+01:00","tags":["x"],"size":{"name":"s","width":3}}`,
		} {
			server := httptest.NewServer(thing[odd](t, method, stored))
			t.Cleanup(server.Close)
			tab := b.Open(t, server.URL)
			tab.Visit("/thing")
			tab.Follow("Save")
			tab.Want("Saved.")
			tab.Visit("/thing?format=json")
			if diff := cmp.Diff(stored, strings.TrimSpace(tab.Text("body"))); diff != "" {
				t.Errorf("%s (-want +got):\n%s", method, diff)
			}
		}
	}
}

func TestWhatAFormWouldChangeIsOfferedAsJSON(t *testing.T) {
	t.Parallel()
	for name, stored := range map[string]string{
		"a text that is empty, and not null": `{"nick":"","level":null,"sure":null}`,
		"one that is no choice any more":     `{"nick":null,"level":"middle","sure":null}`,
		"two lines where a control has one":  `{"nick":null,"level":null,"sure":null,"code":"A\nB"}`,
	} {
		page := webtest.New(t, thing[odd](t, "PUT", stored)).Want(http.StatusOK, "GET", "/thing", "", html)
		wantText(t, page, "A form cannot show this exactly.")
		if strings.Contains(page.Body, `id="put-nick"`) {
			t.Errorf("%s: there is a form", name)
		}
	}
}

func TestChoiceCanBeTakenBack(t *testing.T) {
	t.Parallel()
	c := webtest.New(t, thing[odd](t, "PUT", `{"nick":"n","level":"high","sure":true}`))
	wantText(t, c.Want(http.StatusOK, "GET", "/thing", "", html), `<option value=""></option><option>low</option><option selected>high</option>`)
	send(c, "/thing", url.Values{"_method": {"PUT"}, "nick": {""}, "level": {""}, "sure": {""}})
	if got, want := c.Want(http.StatusOK, "GET", "/thing", "").Body, `{"nick":null,"level":null,"sure":null}`; strings.TrimSpace(got) != want {
		t.Errorf("it has become %s, want %s", got, want)
	}
}

func TestPatchOfAFormSaysWhatDiffers(t *testing.T) {
	t.Parallel()
	c := webtest.New(t, thing[odd](t, "PATCH", `{"nick":"n","level":null,"sure":null,"step":5,"code":"ABC","size":{"name":"s","width":9007199254740993,"depth":2,"note":"x"}}`))
	form := url.Values{"_method": {"PATCH"}, "nick": {"m"}, "step": {"5"}, "code": {""}, "size.name": {"s"}, "size.width": {"9007199254740992"}, "size.depth": {""}, "size.note": {""}, "tags": {""}}
	if got := send(c, "/thing", form); got.Status != http.StatusSeeOther {
		t.Fatal(got)
	}
	if got, want := c.Want(http.StatusOK, "GET", "/thing", "").Body, `{"nick":"m","level":null,"sure":null,"step":5,"size":{"name":"s","width":9007199254740992}}`; strings.TrimSpace(got) != want {
		t.Errorf("it has become %s, want %s", got, want)
	}
	form.Set("step", "7")
	wantText(t, send(c, "/thing", form), "--data-raw &#39;{&#34;step&#34;:7}&#39;")
	form.Set("step", "5")
	form.Set("size.width", "9007199254740993") // which is the same as a float
	send(c, "/thing", form)
	wantText(t, c.Want(http.StatusOK, "GET", "/thing", ""), `"width":9007199254740993`)
}

func TestExamplesOfListsAreJSON(t *testing.T) {
	t.Parallel()
	page := webtest.New(t, thing[odd](t, "PUT", `{"nick":null,"level":null,"sure":null}`)).Want(http.StatusOK, "GET", "/thing", "", html)
	wantText(t, page, `placeholder="[&#34;old&#34;,&#34;tall&#34;]"`, "&#34;tags&#34;:[&#34;old&#34;,&#34;tall&#34;]")
}

// In a form these names would be something else.
func TestFieldsWithNamesOfOthersAreOnlyJSON(t *testing.T) {
	t.Parallel()
	type names struct {
		Dotted string `json:"a.b"`
		Method string `json:"_method"`
	}
	page := webtest.New(t, thing[names](t, "PUT", `{"a.b":"x","_method":"DELETE"}`)).Want(http.StatusOK, "GET", "/thing", "", html)
	wantText(t, page, "  &#34;a.b&#34;: &#34;x&#34;,\n  &#34;_method&#34;: &#34;DELETE&#34;\n}</textarea>")
	if strings.Contains(page.Body, `id="put-a.b"`) || strings.Contains(page.Body, `id="put-_method"`) {
		t.Error("there is a form")
	}
}
