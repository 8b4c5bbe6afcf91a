package web

import (
	"bytes"
	"reflect"

	"github.com/danielgtaylor/huma/v2"
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// Patch is a JSON merge patch (RFC 7396) for a T: it replaces the fields that it names and
// keeps the rest. Its schema is T's with nothing required, so that the same limits apply.
type Patch[T any] struct{ merge jsontext.Value }

// UnmarshalJSON keeps the patch for Apply.
func (p *Patch[T]) UnmarshalJSON(data []byte) error {
	p.merge = bytes.Clone(data)
	return nil
}

// Apply returns fields with the patch applied. The error is a *Problem if the result would
// have been refused as the body of a PUT.
func (p *Patch[T]) Apply(fields T) (T, error) {
	whole, err := json.Marshal(fields)
	if err != nil {
		return fields, err
	}
	merged, err := merge(whole, p.merge)
	if err != nil {
		return fields, err
	}
	return Decode[T](merged)
}

// merge is MergePatch of RFC 7396, section 2. It does not parse scalar values, so that a large
// number keeps its digits.
func merge(target, patch jsontext.Value) (jsontext.Value, error) {
	if patch.Kind() != '{' {
		return patch, nil
	}
	into, from := map[string]jsontext.Value{}, map[string]jsontext.Value{}
	if target.Kind() == '{' {
		if err := json.Unmarshal(target, &into); err != nil {
			return nil, err
		}
	}
	if err := json.Unmarshal(patch, &from); err != nil {
		return nil, err
	}
	for name, value := range from {
		if value.Kind() == 'n' {
			delete(into, name)
			continue
		}
		merged, err := merge(into[name], value)
		if err != nil {
			return nil, err
		}
		into[name] = merged
	}
	return json.Marshal(into)
}

// whole returns the type of what is patched.
func (Patch[T]) whole() reflect.Type { return reflect.TypeFor[T]() }

// Schema returns the schema that describes and validates the patch. huma calls it.
func (p Patch[T]) Schema(r huma.Registry) *huma.Schema {
	part := *resolve(r, huma.SchemaFromType(r, reflect.TypeFor[T]()))
	part.Required = nil
	part.PrecomputeMessages()
	return &part
}
