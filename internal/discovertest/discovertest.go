// Package discovertest finds the resources of a running service, and the bodies that they
// accept, in its index and its OpenAPI description. Tests from outside use it to work with
// any service. Only tests and the lab import it.
package discovertest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"

	"example.com/templatesite/internal/webtest"
)

// ErrNone means that a service has no resource that tests from outside can use.
var ErrNone = errors.New("the service has no resource for tests from outside: one that is listed in the index, " +
	"has all operations (list, create, get, replace, update, delete), and has a text field without a format in its example")

// Resource is one resource of a service.
type Resource struct {
	// Name is the name of its model and of its table, as in "book".
	Name string
	// Path is the path of the collection, as in "/book/".
	Path string
	// Route is the route of an item, as in "/book/{id}".
	Route string
	// Text is the name of the field in which Body puts a text, and MaxLength its limit in
	// characters, or 0 if it has none.
	Text      string
	MaxLength uint64
	// Changes reports whether rows can also be replaced, patched and deleted.
	Changes bool

	example map[string]any
}

// First returns the first resource of All whose rows can also be replaced, patched and
// deleted. It returns ErrNone if there is none.
func First(ctx context.Context, url string) (Resource, error) {
	all, err := All(ctx, url)
	if err != nil {
		return Resource{}, err
	}
	for _, r := range all {
		if r.Changes {
			return r, nil
		}
	}
	return Resource{}, ErrNone
}

// All returns the resources of the service at url whose rows can be created and distinguished,
// sorted by name. The URL has no slash at its end.
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

// Body returns a valid body for creating or replacing a row: the example of the description
// with text in its text field, or the unchanged example if text is empty.
func (r Resource) Body(text string) string {
	fields := maps.Clone(r.example)
	if text != "" {
		fields[r.Text] = text
	}
	body, _ := json.Marshal(fields) // cannot fail: the fields come from JSON
	return string(body)
}

// Item returns the path of the item with that id.
func (r Resource) Item(id int64) string { return fmt.Sprintf("%s%d", r.Path, id) }

// describe fills in what the description says about the resource, and reports whether rows
// can be created and distinguished.
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
	item := document.Paths.Value(r.Route)
	r.Changes = item.Put != nil && item.Patch != nil && item.Delete != nil
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

// holdsText reports whether a field accepts any text and is a better choice than the current
// one: it may be longer, or it may be as long and its name comes first.
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
	answer, err := webtest.Send(ctx, http.DefaultTransport, http.MethodGet, url, "")
	if err == nil && answer.Status != http.StatusOK {
		err = fmt.Errorf("GET %s = %d: %s", url, answer.Status, answer.Body)
	}
	return []byte(answer.Body), err
}
