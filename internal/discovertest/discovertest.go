// Package discovertest finds out what a running service serves: its resources, from
// the index and the OpenAPI description, and the bodies that they accept. Tests from
// outside use it, so that they name no resource. Only tests import it.
package discovertest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// ErrNone says that a service has no resource whose rows can be created and told apart.
var ErrNone = errors.New("the service has no resource that tests from outside could use: " +
	"one with a collection in the index, a POST, an item below it and a text field without a format")

// Resource is one resource of a service.
type Resource struct {
	// Name is the name of its model and of its table, as in "book".
	Name string
	// Path is the path of the collection, as in "/book/".
	Path string
	// Route is the route of an item, as in "/book/{id}".
	Route string
	// Text is the name of the text field in which Body puts a text, and MaxLength how many
	// characters fit; 0 is no limit.
	Text      string
	MaxLength uint64

	example map[string]any
}

// First returns the first resource of the service at url, which has no slash at its
// end. It returns ErrNone if there is none.
func First(ctx context.Context, url string) (Resource, error) {
	all, err := All(ctx, url)
	if err == nil && len(all) == 0 {
		err = ErrNone
	}
	if err != nil {
		return Resource{}, err
	}
	return all[0], nil
}

// All returns the resources of the service at url, sorted by name.
func All(ctx context.Context, url string) ([]Resource, error) {
	text, err := get(ctx, url+"/")
	if err != nil {
		return nil, err
	}
	index := map[string]any{}
	if err := json.Unmarshal(text, &index); err != nil {
		return nil, fmt.Errorf("%s/: %w", url, err)
	}
	if text, err = get(ctx, url+"/openapi.json"); err != nil {
		return nil, err
	}
	document, err := openapi3.NewLoader().LoadFromData(text)
	if err != nil {
		return nil, fmt.Errorf("%s/openapi.json: %w", url, err)
	}
	var all []Resource
	for _, name := range slices.Sorted(maps.Keys(index)) {
		r := Resource{Name: name, Path: "/" + name + "/"}
		if r.describe(document) {
			all = append(all, r)
		}
	}
	return all, nil
}

// Body returns a valid body whose text field holds text; an empty text leaves the
// example of the description.
func (r Resource) Body(text string) string {
	fields := maps.Clone(r.example)
	if text != "" {
		fields[r.Text] = text
	}
	body, _ := json.Marshal(fields) // which came from JSON
	return string(body)
}

// Item returns the path of the item with that id.
func (r Resource) Item(id int64) string { return fmt.Sprintf("%s%d", r.Path, id) }

// describe takes from the description what it says of the resource, and reports
// whether rows can be created and told apart.
func (r *Resource) describe(document *openapi3.T) bool {
	for path := range document.Paths.Map() {
		if rest, below := strings.CutPrefix(path, r.Path); below && strings.HasPrefix(rest, "{") && strings.Count(rest, "/") == 0 {
			r.Route = path
		}
	}
	collection := document.Paths.Value(r.Path)
	if r.Route == "" || collection == nil || collection.Get == nil || collection.Post == nil || collection.Post.RequestBody == nil {
		return false
	}
	media := collection.Post.RequestBody.Value.Content["application/json"]
	if media == nil || media.Schema == nil {
		return false
	}
	r.example, _ = media.Example.(map[string]any)
	for name, field := range media.Schema.Value.Properties {
		if r.holdsText(name, field.Value) {
			r.Text, r.MaxLength = name, 0
			if field.Value.MaxLength != nil {
				r.MaxLength = *field.Value.MaxLength
			}
		}
	}
	return r.Text != ""
}

// holdsText reports whether a field takes any text, and is a better choice than the one
// that was found before: a longer one, or one whose name comes first.
func (r *Resource) holdsText(name string, field *openapi3.Schema) bool {
	_, inExample := r.example[name]
	if !inExample || !field.Type.Is("string") || field.Format != "" || field.Pattern != "" || len(field.Enum) > 0 {
		return false
	}
	var length uint64
	if field.MaxLength != nil {
		length = *field.MaxLength
	}
	longer := r.MaxLength > 0 && (length == 0 || length > r.MaxLength)
	return r.Text == "" || longer || length == r.MaxLength && name < r.Text
}

func get(ctx context.Context, url string) ([]byte, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return nil, err
	}
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err == nil && response.StatusCode != http.StatusOK {
		err = fmt.Errorf("GET %s = %d: %s", url, response.StatusCode, text)
	}
	return text, err
}
