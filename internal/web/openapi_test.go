package web_test

import (
	"context"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/danielgtaylor/huma/v2"
	"github.com/getkin/kin-openapi/openapi3"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"example.com/templatesite/internal/openapitest"
	"example.com/templatesite/internal/sampletest"
	"example.com/templatesite/internal/web"
	"example.com/templatesite/internal/webtest"
)

func startSample(t *testing.T) openapitest.Do { return sampletest.New(t).Do }

func TestExamplesInTheDescriptionSucceed(t *testing.T) {
	t.Parallel()
	openapitest.Examples(t, startSample)
}

func TestProblemsInTheDescriptionAreThoseOfTheService(t *testing.T) {
	t.Parallel()
	openapitest.Problems(t, startSample)
}

func TestAddressesInExamplesAreThoseOfTheResources(t *testing.T) {
	t.Parallel()
	text := sampletest.New(t).Want(http.StatusOK, "GET", "/openapi.json", "").Body
	for _, address := range regexp.MustCompile(`http://localhost:8000/(\w*)`).FindAllStringSubmatch(text, -1) {
		if name := address[1]; name != "book" && name != "shelf" {
			t.Errorf("an example has the address of %q", name)
		}
	}
	for _, example := range []string{`"http://localhost:8000/shelf/1"`, `<http://localhost:8000/shelf/1/book/?after=2&limit=2>; rel=\"next\"`, `<http://localhost:8000/book/?after=2`} {
		if !strings.Contains(strings.ReplaceAll(text, `\u0026`, "&"), example) {
			t.Errorf("there is no example %s", example)
		}
	}
}

func TestOnlyOperationsThatHonourPreconditionsDescribeThem(t *testing.T) {
	t.Parallel()
	c := sampletest.New(t)
	for target, want := range map[string]int{"/book/1": http.StatusPreconditionFailed, "/shelf/1/book/": http.StatusOK} {
		c.Want(want, "GET", target, "", `If-Match: "other"`)
	}
	paths := document(t, c).Paths
	if paths.Value("/book/{id}").Get.Responses.Value("412") == nil {
		t.Error("GET /book/{id} does not describe a 412")
	}
	for method, op := range paths.Value("/shelf/{shelf}/book/").Operations() {
		if op.Responses.Value("412") != nil || op.Responses.Value("304") != nil || op.Responses.Value("404") == nil {
			t.Errorf("%s /shelf/{shelf}/book/ describes %v", method, op.Responses.Map())
		}
	}
}

func TestDescriptionHasServersTagsAndBounds(t *testing.T) {
	t.Parallel()
	described := document(t, sampletest.New(t))
	if len(described.Servers) != 1 || described.Servers[0].URL != "/" {
		t.Errorf("servers = %v", described.Servers)
	}
	for path, item := range described.Paths.Map() {
		for method, op := range item.Operations() {
			for _, name := range op.Tags {
				if tag := described.Tags.Get(name); tag == nil || tag.Description == "" {
					t.Errorf("%s %s has the tag %s, which has no description", method, path, name)
				}
			}
		}
	}
	for _, path := range []string{"/book/", "/shelf/{shelf}/book/"} {
		list := described.Paths.Value(path).Get.Responses.Value("200").Value.Content["application/json"].Schema.Value
		if list.MaxItems == nil || *list.MaxItems != 1000 {
			t.Errorf("%s: maxItems = %v, want 1000", path, list.MaxItems)
		}
	}
	if schema := described.Paths.Value("/openapi.json").Get.Responses.Value("200").Value.Content["application/openapi+json"].Schema.Value; !schema.Type.Is("object") {
		t.Errorf("/openapi.json is a %v", schema.Type)
	}
	for _, p := range described.Paths.Value("/book/").Get.Parameters {
		if p.Value.Name == "listed" && !p.Value.Schema.Value.Type.Is("boolean") {
			t.Errorf("the filter is a %v", p.Value.Schema.Value.Type)
		}
	}
}

func TestDescriptionNamesTheResourcesThatAreReferredTo(t *testing.T) {
	t.Parallel()
	paths := document(t, sampletest.New(t)).Paths
	for _, op := range []*openapi3.Operation{paths.Value("/book/").Post, paths.Value("/book/{id}").Put, paths.Value("/book/{id}").Patch} {
		for mediaType, media := range op.RequestBody.Value.Content {
			for name, property := range media.Schema.Value.Properties {
				if got, isShelf := property.Value.Extensions["x-ref"], name == "shelf"; isShelf && got != "shelf" || !isShelf && got != nil {
					t.Errorf("%s, %s: x-ref of %s is %v", op.OperationID, mediaType, name, got)
				}
			}
		}
	}
	for _, p := range paths.Value("/book/").Get.Parameters {
		if got, isShelf := p.Value.Schema.Value.Extensions["x-ref"], p.Value.Name == "shelf"; isShelf && got != "shelf" || !isShelf && got != nil {
			t.Errorf("x-ref of the parameter %s is %v", p.Value.Name, got)
		}
	}
}

// pet, leg and visit refer to an owner, to a pet and to a leg.
type (
	pet struct {
		Body struct {
			Owner int64 `json:"owner" ref:"owner" onDelete:"cascade"`
		}
	}
	leg struct {
		Body struct {
			Pet int64 `json:"pet" ref:"pet" onDelete:"cascade"`
		}
	}
	visit struct {
		Body struct {
			Leg int64 `json:"leg" ref:"leg"`
		}
	}
)

func TestDeletionIsDescribedWithWhatRefersToTheRow(t *testing.T) {
	t.Parallel()
	api := web.NewAPI(web.Options{Title: "pets", Version: "test", MaxBodyBytes: sampletest.MaxBodyBytes})
	create[struct{}](api, "owner")
	create[pet](api, "pet")
	create[leg](api, "leg")
	create[visit](api, "visit")
	api.Documents()
	paths := document(t, webtest.New(t, api)).Paths
	const prevented = " Refused while rows of these refer to what would be deleted: visit."
	for name, want := range map[string]string{
		"owner": "Gone. Rows that refer to it are deleted, too: pet, leg." + prevented,
		"pet":   "Gone. Rows that refer to it are deleted, too: leg." + prevented,
		"leg":   "Gone." + prevented,
		"visit": "Gone.",
	} {
		op := paths.Value("/" + name + "/{id}").Delete
		if refused := op.Responses.Value("409") != nil; op.Description != want || refused != (name != "visit") {
			t.Errorf("%s is described by %q, 409: %v", name, op.Description, refused)
		}
	}
	owner := paths.Value("/pet/").Post.RequestBody.Value.Content["application/json"].Schema.Value.Properties["owner"]
	if got := owner.Value.Extensions["x-onDelete"]; got != "cascade" {
		t.Errorf("x-onDelete is %v", got)
	}
}

// create registers the operations that create and delete the rows of a resource.
func create[I any](api *web.API, name string) {
	web.Register(api, huma.Operation{OperationID: "create-" + name, Method: "POST", Path: "/" + name + "/"},
		func(context.Context, *I) (*struct{}, error) { return nil, nil })
	web.Register(api, huma.Operation{OperationID: "delete-" + name, Method: "DELETE", Path: "/" + name + "/{id}", Description: "Gone."},
		func(context.Context, *web.ItemInput) (*struct{}, error) { return nil, nil })
}

func TestOptionsHasTheParametersOfTheDescription(t *testing.T) {
	t.Parallel()
	c := sampletest.New(t)
	type options struct {
		Operations map[string]struct{ Query map[string]any }
	}
	type described struct {
		Paths map[string]map[string]struct {
			Parameters []struct {
				Name, In string
				Schema   any
			}
		}
	}
	for path, operations := range webtest.JSON[described](t, c.Want(http.StatusOK, "GET", "/openapi.json", "")).Paths {
		target := regexp.MustCompile(`{\w+}`).ReplaceAllString(path, "1")
		got := webtest.JSON[options](t, c.Want(http.StatusOK, "OPTIONS", target, "")).Operations
		for method, op := range operations {
			want := map[string]any{}
			for _, p := range op.Parameters {
				if p.In == "query" {
					want[p.Name] = p.Schema
				}
			}
			if diff := cmp.Diff(want, got[strings.ToUpper(method)].Query, cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("OPTIONS %s, %s: %s", path, method, diff)
			}
		}
	}
	if list := c.Want(http.StatusOK, "OPTIONS", "/book/", "").Body; !strings.Contains(list, `"x-ref":"shelf"`) {
		t.Errorf("there is no reference in %s", list)
	}
}

func document(t *testing.T, c *webtest.Client) *openapi3.T {
	t.Helper()
	described, err := openapi3.NewLoader().LoadFromData([]byte(c.Want(http.StatusOK, "GET", "/openapi.json", "").Body))
	if err != nil {
		t.Fatal(err)
	}
	return described
}

func TestAPIWithoutResourcesHasAnEmptyIndexAndAValidDescription(t *testing.T) {
	t.Parallel()
	api := web.NewAPI(web.Options{Title: "empty", Version: "test", MaxBodyBytes: sampletest.MaxBodyBytes})
	api.Documents()
	c := webtest.New(t, api)
	index := webtest.JSON[map[string]string](t, c.Want(http.StatusOK, "GET", "/", ""))
	if len(index) != 2 || index["openapi.json"] == "" || index["openapi.yaml"] == "" {
		t.Errorf("the index is %v, want only the description", index)
	}
	described := document(t, c)
	if err := described.Validate(t.Context()); err != nil {
		t.Error(err)
	}
	if described.Paths.Len() != 3 {
		t.Errorf("the description has the paths %v", described.Paths.Keys())
	}
	openapitest.Examples(t, func(*testing.T) openapitest.Do { return c.Do })
	openapitest.Problems(t, func(*testing.T) openapitest.Do { return c.Do })
}
