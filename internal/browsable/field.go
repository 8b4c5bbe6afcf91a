package browsable

import (
	"cmp"
	"maps"
	"net/url"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"example.com/templatesite/internal/web"
)

// field is one property of a schema, or one parameter, and its control in a form.
type field struct {
	// Name is the path of the property, with dots between; Label is its own name.
	Name, Label, Help, Limits string
	// Control is input, textarea, select, checkbox, json or fieldset.
	Control string
	// Type is the type of an input.
	Type string
	// Required means that the property must be present.
	Required bool
	// Optional means that the object around the field may be absent, and the field with it.
	Optional bool

	// The attributes of the control.
	Min, Max, Step, Pattern string
	MaxLength               int
	Placeholder, Value      string
	Options                 []string
	// List is the path of the list of the rows that the field may refer to, or empty.
	List string
	// Original is the value of a time that the form began with.
	Original string
	Fields   []*field
	Errors   []string
	schema   *huma.Schema
}

// schemas turns schemas into fields.
type schemas struct{ api *web.API }

// maxNesting is how deep objects become fieldsets; deeper ones are typed as JSON.
const maxNesting = 3

// fields returns the controls for the body of an operation, or nil if the body is not an
// object with named properties.
func (s schemas) fields(op *huma.Operation) []*field {
	schema := s.body(op)
	if schema == nil {
		return nil
	}
	return s.fieldsOf(schema, "")
}

func (s schemas) body(op *huma.Operation) *huma.Schema {
	if op == nil || op.RequestBody == nil {
		return nil
	}
	for _, mediaType := range slices.Sorted(maps.Keys(op.RequestBody.Content)) {
		return s.api.Resolve(op.RequestBody.Content[mediaType].Schema)
	}
	return nil
}

// fieldsOf lists the required properties first, in the order of the Go type, then the
// others by name: the description does not keep their order.
func (s schemas) fieldsOf(schema *huma.Schema, prefix string) []*field {
	names := slices.Clone(schema.Required)
	for _, name := range slices.Sorted(maps.Keys(schema.Properties)) {
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	var all []*field
	for _, name := range names {
		property := s.api.Resolve(schema.Properties[name])
		if property == nil || property.ReadOnly {
			continue
		}
		f := s.field(prefix+name, property, slices.Contains(schema.Required, name))
		f.Label = name
		// The description beside a reference is about this property, not about its type.
		f.Help = cmp.Or(schema.Properties[name].Description, f.Help)
		all = append(all, f)
	}
	return all
}

func (s schemas) field(name string, schema *huma.Schema, required bool) *field {
	f := &field{
		Name: name, Label: name, Help: schema.Description, Required: required, Value: text(schema.Default), schema: schema,
		List: s.list(schema.Extensions),
	}
	if len(schema.Examples) > 0 {
		f.Placeholder = text(schema.Examples[0])
	}
	switch {
	case len(schema.Enum) > 0:
		f.Control = "select"
		for _, value := range schema.Enum {
			if value != nil {
				f.Options = append(f.Options, text(value))
			}
		}
	case schema.Type == huma.TypeBoolean && required && !schema.Nullable:
		f.Control = "checkbox"
	case schema.Type == huma.TypeBoolean:
		f.Control, f.Options = "select", []string{"true", "false"}
	case schema.Type == huma.TypeInteger, schema.Type == huma.TypeNumber:
		f.number()
	case schema.Type == huma.TypeString:
		f.text()
		f.setOriginal(f.Value)
	case schema.Type == huma.TypeObject && len(schema.Properties) > 0 && strings.Count(name, ".") < maxNesting:
		f.Control, f.Fields = "fieldset", s.fieldsOf(schema, name+".")
		if !required || schema.Nullable {
			makeOptional(f.Fields)
		}
	default:
		f.Control, f.Limits = "json", "As JSON."
	}
	return f
}

func makeOptional(fields []*field) {
	for _, f := range fields {
		f.Optional = true
		makeOptional(f.Fields)
	}
}

// nameable reports whether all fields can be controls: some names would mean something
// else in a form.
func nameable(fields []*field) bool {
	return !slices.ContainsFunc(fields, func(f *field) bool {
		return strings.Contains(f.Label, ".") || slices.Contains([]string{methodName, etagName, contentName}, f.Name) || !nameable(f.Fields)
	})
}

// text returns a value of a schema as a user types it.
func text(value any) string {
	switch value := value.(type) {
	case nil:
		return ""
	case string:
		return value
	case float64:
		return number(&value)
	}
	return string(marshal(value))
}

// mayBeAbsent reports whether f may be left out, or be null.
func (f *field) mayBeAbsent() bool { return !f.Required || f.schema.Nullable }

// mayBeEmpty reports whether the empty text is a value of f.
func (f *field) mayBeEmpty() bool {
	s := f.schema
	return s.Type == huma.TypeString && !s.Nullable && len(s.Enum) == 0 && s.Format == "" && s.Pattern == "" &&
		(s.MinLength == nil || *s.MinLength == 0)
}

// NeedsValue reports whether the control must not be left empty.
func (f *field) NeedsValue() bool { return !f.mayBeAbsent() && !f.Optional && !f.mayBeEmpty() }

// CharacterLimit is the limit for the script that counts the typed characters.
func (f *field) CharacterLimit() int { return f.MaxLength / 2 }

// inForm is a field and the id of its form.
type inForm struct {
	Form  string
	Field *field
}

// ID is the id of the field's control.
func (f inForm) ID() string { return controlID(f.Form, f.Field.Name) }

// controlID returns the id of a control. Fields may have any name, so ids that begin with
// the id of a form and a dash are reserved for fields.
func controlID(form, name string) string {
	return form + "-" + strings.ReplaceAll(url.QueryEscape(name), "%", "=") // without spaces, which separate ids
}

// fieldError is one error of a problem. Control is the id of the control that it refers to.
type fieldError struct {
	Message  string `json:"message"`
	Location string `json:"location"`
	Control  string `json:"-"`
}

// mark adds the errors to the fields that they refer to, and the ids of the controls to the
// errors. prefix precedes the name of the field in a location.
func mark(fields []*field, form, prefix string, found []fieldError) {
	for _, f := range fields {
		mark(f.Fields, form, prefix, found)
		for i, e := range found {
			rest, ok := strings.CutPrefix(e.Location, prefix+f.Name)
			if ok && e.Control == "" && (rest == "" || rest[0] == '.' || rest[0] == '[') {
				f.Errors = append(f.Errors, e.Message)
				found[i].Control = controlID(form, f.Name)
			}
		}
	}
}

// Describe returns the ids of the texts that belong to the control with that id.
func (f *field) Describe(id string) string {
	var ids []string
	if len(f.Errors) > 0 {
		ids = append(ids, "error-"+id)
	}
	if f.Help != "" || f.Limits != "" {
		ids = append(ids, "help-"+id)
	}
	if f.List != "" {
		ids = append(ids, "list-"+id)
	}
	return strings.Join(ids, " ")
}
