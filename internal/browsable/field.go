package browsable

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"
)

// field is one property of a schema, or one parameter, and its control in a form.
type field struct {
	// Name is the path of the property, with dots between; Label is its own name.
	Name, Label, Help, Limits string
	// Control is input, textarea, select, checkbox, json or fieldset.
	Control string
	// Type is that of an input.
	Type string
	// What follows are the attributes of the control.
	Required bool
	// Loose says that what is around the field may be left out, and the field with it.
	Loose                   bool
	Min, Max, Step, Pattern string
	MaxLength               int
	Placeholder, Value      string
	Options                 []string
	Fields                  []*field
	Errors                  []string
	schema                  *huma.Schema
}

// maxNesting is how deep objects become fieldsets; what is deeper is typed as JSON.
const maxNesting = 3

// longText is the length from which a text gets more than one line.
const longText = 80

// fields returns the controls for what an operation takes, or nil when that is no
// object with named properties.
func (s *site) fields(op *huma.Operation) []*field {
	schema := s.bodySchema(op)
	if schema == nil {
		return nil
	}
	return s.fieldsOf(schema, "")
}

func (s *site) bodySchema(op *huma.Operation) *huma.Schema {
	if op == nil || op.RequestBody == nil {
		return nil
	}
	for _, mediaType := range slices.Sorted(maps.Keys(op.RequestBody.Content)) {
		return s.api.Resolve(op.RequestBody.Content[mediaType].Schema)
	}
	return nil
}

// fieldsOf lists what is required first, in the order of the type; the description
// keeps no order of the others.
func (s *site) fieldsOf(schema *huma.Schema, prefix string) []*field {
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
		// Beside a reference stands what is true of this place alone.
		f.Help = cmp.Or(schema.Properties[name].Description, f.Help)
		all = append(all, f)
	}
	return all
}

func (s *site) field(name string, schema *huma.Schema, required bool) *field {
	f := &field{
		Name: name, Label: name, Help: schema.Description, Required: required, Value: text(schema.Default), schema: schema,
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
	case schema.Type == huma.TypeObject && len(schema.Properties) > 0 && strings.Count(name, ".") < maxNesting:
		f.Control, f.Fields = "fieldset", s.fieldsOf(schema, name+".")
		if !required || schema.Nullable {
			loosen(f.Fields)
		}
	default:
		f.Control, f.Limits = "json", "As JSON."
	}
	return f
}

func loosen(fields []*field) {
	for _, f := range fields {
		f.Loose = true
		loosen(f.Fields)
	}
}

// nameable reports whether all fields can be controls: some names would mean
// something else in what a form sends.
func nameable(fields []*field) bool {
	return !slices.ContainsFunc(fields, func(f *field) bool {
		return strings.Contains(f.Label, ".") || slices.Contains([]string{methodName, etagName, contentName}, f.Name) || !nameable(f.Fields)
	})
}

// text is a value of a schema as it is typed.
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

// Counted is the number of characters up to which a script may count.
func (f *field) Counted() int { return f.MaxLength / 2 }

// mark notes at the fields of a form which places of a problem they are, and at the
// places where the control is; prefix is how these name the form's part of a request.
func mark(fields []*field, form, prefix string, places []place) {
	for _, f := range fields {
		mark(f.Fields, form, prefix, places)
		for i, p := range places {
			rest, ok := strings.CutPrefix(p.Location, prefix+f.Name)
			if ok && p.Control == "" && (rest == "" || rest[0] == '.' || rest[0] == '[') {
				f.Errors = append(f.Errors, p.Message)
				places[i].Control = controlID(form, f.Name)
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
	return strings.Join(ids, " ")
}
