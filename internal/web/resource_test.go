package web_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/danielgtaylor/huma/v2"

	"example.com/templatesite/internal/health"
	"example.com/templatesite/internal/web"
	"example.com/templatesite/internal/webtest"
)

// thing is a resource without a database.
type thing struct {
	Name  string  `json:"name" minLength:"2"`
	Count int64   `json:"count,omitempty,omitzero"`
	Inner *inner  `json:"inner,omitempty"`
	Tags  []int64 `json:"tags,omitempty"`
}

type inner struct {
	A int `json:"a,omitempty,omitzero"`
	B int `json:"b,omitempty,omitzero"`
}

type thingInput struct {
	web.ItemInput
	Body web.Patch[thing] `contentType:"application/merge-patch+json"`
}

var errSecret = errors.New("SECRET")

// newAPI returns a client of an API whose handlers answer in all ways that handlers can.
func newAPI(t *testing.T) *webtest.Client {
	t.Helper()
	const etag = `"1"`
	api := web.NewAPI(web.Options{
		Title: "test", Version: "1", MaxBodyBytes: 100,
		Classify: func(error) *web.Problem { return nil },
	})
	before := thing{Name: "before", Count: 9007199254740993, Inner: &inner{A: 1, B: 2}, Tags: []int64{1, 2}}
	web.Register(api, huma.Operation{OperationID: "patch", Method: http.MethodPatch, Path: "/thing/{id}"},
		func(_ context.Context, in *thingInput) (*web.Item[thing], error) {
			after, err := in.Body.Apply(before)
			return &web.Item[thing]{ETag: etag, Body: after}, err
		})
	web.Register(api, huma.Operation{OperationID: "delete", Method: http.MethodDelete, Path: "/thing/{id}"},
		func(_ context.Context, in *web.ItemInput) (*struct{}, error) { return nil, in.Require(etag) })
	registerOdd(api)
	web.Register(api, huma.Operation{OperationID: "fail", Method: http.MethodGet, Path: "/fail"},
		func(context.Context, *struct{}) (*struct{}, error) { return nil, errSecret })
	web.Register(api, huma.Operation{OperationID: "gone", Method: http.MethodGet, Path: "/gone"},
		func(context.Context, *struct{}) (*struct{}, error) {
			return nil, errors.Join(web.ErrNotFound, errSecret)
		})
	api.Documents()
	return webtest.New(t, api)
}

func TestPatchFollowsRFC7396(t *testing.T) {
	t.Parallel()
	c := newAPI(t)
	for patch, want := range map[string]string{
		`{}`:                        `{"name":"before","count":9007199254740993,"inner":{"a":1,"b":2},"tags":[1,2]}`,
		`{"name":"after"}`:          `{"name":"after","count":9007199254740993,"inner":{"a":1,"b":2},"tags":[1,2]}`,
		`{"count":null}`:            `{"name":"before","inner":{"a":1,"b":2},"tags":[1,2]}`,
		`{"inner":{"a":null}}`:      `{"name":"before","count":9007199254740993,"inner":{"b":2},"tags":[1,2]}`,
		`{"inner":{"b":7}}`:         `{"name":"before","count":9007199254740993,"inner":{"a":1,"b":7},"tags":[1,2]}`,
		`{"tags":[3],"count":null}`: `{"name":"before","inner":{"a":1,"b":2},"tags":[3]}`,
	} {
		if got := c.Want(http.StatusOK, "PATCH", "/thing/1", patch).Body; strings.TrimSpace(got) != want && !sameJSON(t, got, want) {
			t.Errorf("%s resulted in %s, want %s", patch, got, want)
		}
	}
	for _, patch := range []string{`{"name":null}`, `{"name":"x"}`, `{"count":"1"}`, `{"inner":{"c":1}}`, `[]`, `"x"`} {
		c.Want(http.StatusUnprocessableEntity, "PATCH", "/thing/1", patch)
	}
}

func sameJSON(t *testing.T, a, b string) bool {
	t.Helper()
	normal := func(text string) string {
		decoder := json.NewDecoder(strings.NewReader(text))
		decoder.UseNumber()
		var value any
		if err := decoder.Decode(&value); err != nil {
			t.Fatal(err)
		}
		out, err := json.Marshal(value)
		if err != nil {
			t.Fatal(err)
		}
		return string(out)
	}
	return normal(a) == normal(b)
}

func TestChangeCanRequireAPrecondition(t *testing.T) {
	t.Parallel()
	c := newAPI(t)
	c.Want(http.StatusPreconditionRequired, "DELETE", "/thing/1", "")
	c.Want(http.StatusPreconditionFailed, "DELETE", "/thing/1", "", `If-Match: "2"`)
	c.Want(http.StatusNoContent, "DELETE", "/thing/1", "", `If-Match: "1"`)
	c.Want(http.StatusNoContent, "DELETE", "/thing/1", "", `If-Match: *`)
}

func TestAnswerDoesNotShowTheCauseOfAnError(t *testing.T) {
	t.Parallel()
	c := newAPI(t)
	for path, status := range map[string]int{"/fail": http.StatusInternalServerError, "/gone": http.StatusNotFound} {
		answer := c.Want(status, "GET", path, "", "X-Request-ID: test")
		problem := webtest.JSON[web.Problem](t, answer)
		if strings.Contains(answer.Body, "SECRET") || problem.RequestID != "test" || problem.Status != status {
			t.Errorf("%s = %s", path, answer.Body)
		}
	}
}

func TestBodyLimitAppliesWithoutContentLength(t *testing.T) {
	t.Parallel()
	c := newAPI(t)
	body := `{"name":"` + strings.Repeat("x", 100) + `"}`
	c.Want(http.StatusRequestEntityTooLarge, "PATCH", "/thing/1", body)
	if got := c.DoReader("PATCH", "/thing/1", io.MultiReader(strings.NewReader(body))).Status; got != http.StatusRequestEntityTooLarge {
		t.Errorf("chunked: %d", got)
	}
}

func TestMostSpecificRangeOfAcceptDecides(t *testing.T) {
	t.Parallel()
	c := newAPI(t)
	for accept, want := range map[string]int{
		"*/*": 404, "application/*": 404, "application/json": 404, "text/html, */*;q=0.1": 404, "application/json;charset=utf-8": 404,
		"text/csv": 406, "application/json;q=0": 406, "application/json;q=0, */*": 406, "text/*": 406, "nonsense": 406,
		"": 404, "*/*;q=-1": 406, "*/*;q=NaN": 406, "*/*;q=x": 406, "APPLICATION/JSON": 404, "*/*;q=0, application/json;q=0.5": 404, "text/html;level=1;q=0.4, application/*;q=0.001": 404,
	} {
		c.Want(want, "GET", "/gone", "", "Accept: "+accept)
	}
	c.Want(http.StatusNotFound, "GET", "/gone?format=json", "", "Accept: text/csv")
}

func TestOptionsDescribesWhatAPathAccepts(t *testing.T) {
	t.Parallel()
	c := newAPI(t)
	answer := c.Want(http.StatusOK, "OPTIONS", "/thing/1", "")
	if got := answer.Header.Get("Allow"); got != "DELETE, OPTIONS, PATCH" {
		t.Errorf("Allow = %q", got)
	}
	var got struct {
		Operations map[string]struct {
			Types  []string
			Fields map[string]struct {
				Required bool
				Schema   struct{ MinLength int }
			}
		}
	}
	if err := json.Unmarshal([]byte(answer.Body), &got); err != nil {
		t.Fatal(err)
	}
	if patch := got.Operations["PATCH"]; patch.Fields["name"].Required || patch.Fields["name"].Schema.MinLength != 2 || len(patch.Types) != 2 {
		t.Errorf("PATCH is described as %s", answer.Body)
	}
	c.Want(http.StatusNotFound, "OPTIONS", "/nowhere", "")
}

func TestAsteriskIsOnlyAnsweredForOptions(t *testing.T) {
	t.Parallel()
	c := newAPI(t)
	c.Want(http.StatusNoContent, "OPTIONS", "*", "")
	answer := c.Want(http.StatusBadRequest, "GET", "*", "")
	if got := answer.Header.Get("Content-Type"); got != "application/problem+json" {
		t.Errorf("GET * is answered with %q", got)
	}
}

func TestResourcesCanUseTheSameTypeName(t *testing.T) {
	t.Parallel()
	api := web.NewAPI(web.Options{Title: "test", Version: "1"})
	web.Register(api, huma.Operation{OperationID: "one", Method: http.MethodGet, Path: "/one"},
		func(context.Context, *struct{}) (*web.Item[health.Result], error) { return nil, web.ErrNotFound })
	type Result struct{ Another string }
	web.Register(api, huma.Operation{OperationID: "two", Method: http.MethodGet, Path: "/two"},
		func(context.Context, *struct{}) (*web.Item[Result], error) { return nil, web.ErrNotFound })
	if len(api.OpenAPI().Components.Schemas.Map()) < 3 {
		t.Errorf("schemas = %v", api.OpenAPI().Components.Schemas.Map())
	}
}

func TestPatchOperationCanTakePlainJSONOrNoBody(t *testing.T) {
	t.Parallel()
	type plainInput struct {
		web.ItemInput
		Body inner
	}
	api := web.NewAPI(web.Options{Title: "test", Version: "1", MaxBodyBytes: 100})
	web.Register(api, huma.Operation{OperationID: "plain", Method: http.MethodPatch, Path: "/plain/{id}"},
		func(_ context.Context, in *plainInput) (*web.Item[inner], error) {
			return &web.Item[inner]{Body: in.Body}, nil
		})
	web.Register(api, huma.Operation{OperationID: "touch", Method: http.MethodPatch, Path: "/touch/{id}"},
		func(context.Context, *web.ItemInput) (*struct{}, error) { return nil, nil })
	api.Documents()
	c := webtest.New(t, api)
	if answer := c.Want(http.StatusOK, "PATCH", "/plain/1", `{"a":7}`); !strings.Contains(answer.Body, `"a":7`) {
		t.Errorf("the answer is %s", answer.Body)
	}
	c.Want(http.StatusNoContent, "PATCH", "/touch/1", "")
}
