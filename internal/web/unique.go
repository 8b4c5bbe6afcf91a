package web

import (
	"reflect"
	"strings"

	"github.com/danielgtaylor/huma/v2"
)

// The rules of fields that are more than limits. A field of a body gets one by a tag, and its
// property in the description an extension, so that clients and tests can know:
//
//	Code string `json:"code" unique:"true"` // x-unique: no two rows have the same value
//	Kind string `json:"kind" once:"true"`   // x-once: it cannot be changed once it is set
//
// The table has a constraint for a unique field, and Resource.Constraints the error of its
// violation, a 409. SetOnce checks the other rule.
const (
	uniqueTag       = "unique"
	onceTag         = "once"
	extensionPrefix = "x-"
)

// tagged returns the names of the fields of an input's body that have a tag.
func tagged(input reflect.Type, tag string) []string {
	body, ok := input.FieldByName("Body")
	if !ok {
		return nil
	}
	t := body.Type
	if patch, ok := reflect.Zero(t).Interface().(interface{ whole() reflect.Type }); ok {
		t = patch.whole()
	}
	if t.Kind() != reflect.Struct {
		return nil
	}
	var names []string
	for _, field := range reflect.VisibleFields(t) {
		if field.Tag.Get(tag) == "true" {
			name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
			names = append(names, name)
		}
	}
	return names
}

// describeTags adds the extensions to the description of an operation's body.
func (a *API) describeTags(op *huma.Operation, input reflect.Type) {
	for _, tag := range []string{uniqueTag, onceTag} {
		for _, name := range tagged(input, tag) {
			for _, media := range op.RequestBody.Content {
				property := a.Resolve(media.Schema).Properties[name]
				if property.Extensions == nil {
					property.Extensions = map[string]any{}
				}
				property.Extensions[extensionPrefix+tag] = true
			}
		}
	}
}
