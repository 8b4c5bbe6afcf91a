package browsable_test

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/go-cmp/cmp"

	"example.com/templatesite/internal/browsertest"
	"example.com/templatesite/internal/web"
	"example.com/templatesite/internal/webtest"
)

// rare has the kinds of fields that a book does not have: an object, lists, a number with
// steps, a pattern, a date, a required boolean, a text without a limit.
type rare struct {
	Lent  bool     `json:"lent" doc:"Whether it is lent."`
	Place place    `json:"place" doc:"Where it stands."`
	Text  string   `json:"text,omitempty" doc:"As long as it is."`
	Price *float64 `json:"price,omitempty" minimum:"0" maximum:"5" multipleOf:"0.5"`
	Code  string   `json:"code,omitempty" pattern:"^[A-Z]{3}$" patternDescription:"three capitals"`
	Since string   `json:"since,omitempty" format:"date"`
	Tags  []string `json:"tags,omitempty"`
}

type place struct {
	Room string `json:"room" maxLength:"20"`
	Row  int64  `json:"row,omitzero" minimum:"0"`
}

const anyRare = `{"lent":true,"place":{"room":"hall"}}`

// odd has fields that a form can easily get wrong: nulls, steps that browsers count differently, a
// pattern for a part of a text, a time with any zone.
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

// thing is a service with a single T. method, PUT or PATCH, changes it.
func thing[T any](t *testing.T, method, stored string) http.Handler {
	one := webtest.JSON[T](t, webtest.Response{Body: stored})
	api := web.NewAPI(web.Options{Title: "thing", Version: "1", MaxBodyBytes: 1 << 20, Classify: func(error) *web.Problem { return nil }})
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
	return withPages(t, api)
}

func TestFormSentUnchangedKeepsEveryValue(t *testing.T) {
	t.Parallel()
	b := browsertest.Start(t)
	for _, method := range []string{"PUT", "PATCH"} {
		for _, stored := range []string{
			`{"nick":null,"level":null,"sure":null}`,
			`{"nick":"n","level":"high","sure":false,"step":10,"share":0.3,"code":"aBc","until":"2026-01-02","at":"2026-01-02T03:04:05.000001+01:00","tags":["x"],"size":{"name":"s","width":3}}`,
		} {
			tab := b.Open(t, serve(t, thing[odd](t, method, stored)))
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

func TestValueThatAFormWouldChangeIsEditedAsJSON(t *testing.T) {
	t.Parallel()
	for name, stored := range map[string]string{
		"an empty text that is not null":    `{"nick":"","level":null,"sure":null}`,
		"a value that is not in the choice": `{"nick":null,"level":"middle","sure":null}`,
		"two lines in a control for one":    `{"nick":null,"level":null,"sure":null,"code":"A\nB"}`,
	} {
		page := webtest.New(t, thing[odd](t, "PUT", stored)).Want(http.StatusOK, "GET", "/thing", "", html)
		wantText(t, page, "A form cannot show this exactly.")
		if strings.Contains(page.Body, `id="put-nick"`) {
			t.Errorf("%s: the page has a form", name)
		}
	}
}

func TestChoiceCanBeSetBackToNull(t *testing.T) {
	t.Parallel()
	c := webtest.New(t, thing[odd](t, "PUT", `{"nick":"n","level":"high","sure":true}`))
	wantText(t, c.Want(http.StatusOK, "GET", "/thing", "", html), `<option value=""></option><option>low</option><option selected>high</option>`)
	send(c, "/thing", url.Values{"_method": {"PUT"}, "nick": {""}, "level": {""}, "sure": {""}})
	if got, want := c.Want(http.StatusOK, "GET", "/thing", "").Body, `{"nick":null,"level":null,"sure":null}`; strings.TrimSpace(got) != want {
		t.Errorf("it has become %s, want %s", got, want)
	}
}

func TestPatchOfAFormContainsOnlyTheDifference(t *testing.T) {
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
	form.Set("size.width", "9007199254740993") // as a float64, the same number
	send(c, "/thing", form)
	wantText(t, c.Want(http.StatusOK, "GET", "/thing", ""), `"width":9007199254740993`)
}

func TestExampleOfAListIsJSON(t *testing.T) {
	t.Parallel()
	page := webtest.New(t, thing[odd](t, "PUT", `{"nick":null,"level":null,"sure":null}`)).Want(http.StatusOK, "GET", "/thing", "", html)
	wantText(t, page, `placeholder="[&#34;old&#34;,&#34;tall&#34;]"`, "&#34;tags&#34;:[&#34;old&#34;,&#34;tall&#34;]")
}

// exact has a text of one length.
type exact struct {
	Zip string `json:"zip" minLength:"5" maxLength:"5"`
}

func TestOnlyLengthOfATextIsNoRange(t *testing.T) {
	t.Parallel()
	page := webtest.New(t, thing[exact](t, "PUT", `{"zip":"01234"}`)).Want(http.StatusOK, "GET", "/thing", "", html)
	wantText(t, page, "<span>5 characters.</span>")
}
