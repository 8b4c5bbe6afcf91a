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
	// Unique are the fields that no two rows have in common, once those that cannot be changed.
	Unique []string
	once   []string
	// sorted means that the cursors of the list are not ids.
	sorted bool
}

// Plain reports whether rows may be alike, and whether the cursors of the list are ids.
func (r Resource) Plain() bool { return len(r.Unique)+len(r.once) == 0 && !r.sorted }

// First returns the first resource of All whose rows can also be replaced, patched and deleted, a
// plain one if there is one. It returns ErrNone if there is none.
func First(ctx context.Context, url string) (Resource, error) {
	all, err := All(ctx, url)
	if err != nil {
		return Resource{}, err
	}
	all = slices.DeleteFunc(all, func(r Resource) bool { return !r.Changes })
	if len(all) == 0 {
		return Resource{}, ErrNone
	}
	return all[max(0, slices.IndexFunc(all, Resource.Plain))], nil
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

// Body returns a valid body for creating or replacing a row: the example of the description with
// text in its text field unless that is empty, and values of its own in fields that no two
// rows have in common.
func (r Resource) Body(text string) string {
	fields := maps.Clone(r.example)
	if text != "" {
		fields[r.Text] = text
	}
	for _, name := range r.Unique {
		fields[name] = webtest.Vary(fields[name])
	}
	return marshal(fields)
}

// Replacement returns a valid body for replacing a row: Body, with the row's own values where no
// other row may have them or they cannot be changed.
func (r Resource) Replacement(row map[string]any, text string) string {
	fields := maps.Clone(r.example)
	fields[r.Text] = text
	for _, name := range append(slices.Clone(r.Unique), r.once...) {
		fields[name] = row[name]
	}
	return marshal(fields)
}

func marshal(fields map[string]any) string {
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
	after := collection.Get.Parameters.GetByInAndName("query", "after")
	r.sorted = after != nil && !after.Schema.Value.Type.Is("integer")
	item := document.Paths.Value(r.Route)
	r.Changes = item.Put != nil && item.Patch != nil && item.Delete != nil
	media := collection.Post.RequestBody.Value.Content["application/json"]
	if media == nil || media.Schema == nil {
		return false
	}
	r.example, _ = media.Example.(map[string]any)
	for name, field := range media.Schema.Value.Properties {
		if _, ok := r.example[name]; ok && has(field.Value, "x-unique") {
			r.Unique = append(r.Unique, name)
		}
		if _, ok := r.example[name]; ok && has(field.Value, "x-once") {
			r.once = append(r.once, name)
		}
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
	if !inExample || !field.Type.Is("string") || field.Format != "" || field.Pattern != "" || len(field.Enum) > 0 || has(field, "x-unique") || has(field, "x-once") {
		return false
	}
	var length uint64
	if field.MaxLength != nil {
		length = *field.MaxLength
	}
	longer := r.MaxLength > 0 && (length == 0 || length > r.MaxLength)
	return r.Text == "" || longer || length == r.MaxLength && name < r.Text
}

func has(field *openapi3.Schema, extension string) bool { return field.Extensions[extension] == true }

func get(ctx context.Context, url string) ([]byte, error) {
	answer, err := webtest.Send(ctx, http.DefaultTransport, http.MethodGet, url, "")
	if err == nil && answer.Status != http.StatusOK {
		err = fmt.Errorf("GET %s = %d: %s", url, answer.Status, answer.Body)
	}
	return []byte(answer.Body), err
}
