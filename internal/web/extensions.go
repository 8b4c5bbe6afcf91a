package web

import (
	"reflect"
	"strings"

	"github.com/danielgtaylor/huma/v2"
)

// The rules of fields that are more than limits. A field gets one by a tag, and what describes it an
// extension, so that clients, pages and tests can know:
//
//	Code  string `json:"code" unique:"true"` // x-unique: no two rows have the same value
//	Kind  string `json:"kind" once:"true"`   // x-once: it cannot be changed once it is set
//	Shelf int64  `json:"shelf" ref:"shelf"`  // x-ref: it is the id of a shelf
//	Note  int64  `json:"note" ref:"note" onDelete:"cascade"` // x-onDelete: it is deleted with that note
//
// The table has a constraint for a unique field and for a reference, and Resource.Constraints the
// error of its violation. SetOnce checks the rule of once. A query parameter may be a reference, too:
//
//	Shelf Optional[int64] `query:"shelf" ref:"shelf"`
const (
	uniqueTag       = "unique"
	onceTag         = "once"
	refTag          = "ref"
	onDeleteTag     = "onDelete"
	cascade         = "cascade"
	extensionPrefix = "x-"
)

// RefExtension is the extension of a property that is the id of a row, and of the schema of a query
// parameter that is one or several. Its value is the name of the resource, whose list is at /NAME/ and rows at /NAME/{id}.
const RefExtension = extensionPrefix + refTag

// tagged returns the values that the fields of a struct have for a tag, by the names that they have in
// the tag named, which is json or query.
func tagged(t reflect.Type, named, tag string) map[string]string {
	values := map[string]string{}
	if t == nil || t.Kind() != reflect.Struct {
		return values
	}
	for _, field := range reflect.VisibleFields(t) {
		name, _, _ := strings.Cut(field.Tag.Get(named), ",")
		if value := field.Tag.Get(tag); name != "" && value != "" {
			values[name] = value
		}
	}
	return values
}

// bodyOf returns the type of the body of an input, that of the whole for a patch, or nil.
func bodyOf(input reflect.Type) reflect.Type {
	body, ok := input.FieldByName("Body")
	if !ok {
		return nil
	}
	if patch, ok := reflect.Zero(body.Type).Interface().(interface{ whole() reflect.Type }); ok {
		return patch.whole()
	}
	return body.Type
}

// describeTags adds the extensions to the description of an operation.
func (a *API) describeTags(op *huma.Operation, input reflect.Type) {
	for _, tag := range []string{uniqueTag, onceTag, refTag, onDeleteTag} {
		for name, value := range tagged(bodyOf(input), "json", tag) {
			for _, media := range op.RequestBody.Content {
				extend(&a.Resolve(media.Schema).Properties[name].Extensions, tag, value)
			}
		}
	}
	parameters := tagged(input, "query", refTag)
	for _, p := range op.Parameters {
		if value := parameters[p.Name]; p.In == "query" && value != "" {
			extend(&p.Schema.Extensions, refTag, value)
		}
	}
}

// extend adds the extension of a tag. The value true is a boolean.
func extend(extensions *map[string]any, tag, value string) {
	if *extensions == nil {
		*extensions = map[string]any{}
	}
	(*extensions)[extensionPrefix+tag] = value
	if value == "true" {
		(*extensions)[extensionPrefix+tag] = true
	}
}
