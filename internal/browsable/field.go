package browsable

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"
)

// field is one property of a schema, or one parameter, and its control in a form.
type field struct {
	// Name is the path of the property, with dots between; Label is its last part.
	Name, Label, Help, Limits string
	// Control is input, textarea, select, checkbox, json or fieldset.
	Control string
	// Type is that of an input.
	Type string
	// What follows are the attributes of the control.
	Required                bool
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
		return s.resolve(op.RequestBody.Content[mediaType].Schema)
	}
	return nil
}

func (s *site) resolve(schema *huma.Schema) *huma.Schema {
	if schema != nil && schema.Ref != "" {
		return s.api.OpenAPI().Components.Schemas.SchemaFromRef(schema.Ref)
	}
	return schema
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
		property := s.resolve(schema.Properties[name])
		if property == nil || property.ReadOnly {
			continue
		}
		f := s.field(prefix+name, property, slices.Contains(schema.Required, name))
		// Beside a reference stands what is true of this place alone.
		f.Help = cmp.Or(schema.Properties[name].Description, f.Help)
		all = append(all, f)
	}
	return all
}

func (s *site) field(name string, schema *huma.Schema, required bool) *field {
	f := &field{
		Name: name, Label: name[strings.LastIndex(name, ".")+1:], Help: schema.Description, Required: required,
		Value: text(schema.Default), schema: schema, Pattern: schema.Pattern,
	}
	if len(schema.Examples) > 0 {
		f.Placeholder = text(schema.Examples[0])
	}
	switch {
	case len(schema.Enum) > 0:
		f.Control = "select"
		for _, value := range schema.Enum {
			f.Options = append(f.Options, text(value))
		}
	case schema.Type == huma.TypeBoolean && required:
		f.Control = "checkbox"
	case schema.Type == huma.TypeBoolean:
		f.Control, f.Options = "select", []string{"true", "false"}
	case schema.Type == huma.TypeInteger, schema.Type == huma.TypeNumber:
		f.number()
	case schema.Type == huma.TypeString:
		f.text()
	case schema.Type == huma.TypeObject && len(schema.Properties) > 0 && strings.Count(name, ".") < maxNesting:
		f.Control, f.Fields = "fieldset", s.fieldsOf(schema, name+".")
	default:
		f.Control, f.Limits = "json", "as JSON"
	}
	return f
}

func (f *field) number() {
	s := f.schema
	f.Control, f.Type, f.Step = "input", "number", "any"
	if s.Type == huma.TypeInteger {
		f.Step = "1"
	}
	if s.MultipleOf != nil {
		f.Step = number(s.MultipleOf)
	}
	f.Min, f.Max = number(s.Minimum), number(s.Maximum)
	f.Limits = limits(f.Min, f.Max, "")
}

// inputTypes are those of the formats for which browsers have a control that holds
// what the API takes.
var inputTypes = map[string]string{"date": "date", "email": "email", "uri": "url", "password": "password"}

func (f *field) text() {
	s := f.schema
	f.Control, f.Type = "input", cmp.Or(inputTypes[s.Format], "text")
	if s.Format == "" && s.Pattern == "" && (s.MaxLength == nil || *s.MaxLength > longText) {
		f.Control = "textarea"
	}
	var least, most string
	if s.MinLength != nil && *s.MinLength > 0 {
		least = strconv.Itoa(*s.MinLength)
	}
	if s.MaxLength != nil {
		most = strconv.Itoa(*s.MaxLength)
		// Browsers count UTF-16 units, of which a character has one or two: this
		// bound refuses nothing that the API takes.
		f.MaxLength = 2 * *s.MaxLength
	}
	f.Limits = cmp.Or(s.PatternDescription, limits(least, most, " characters"))
}

func limits(least, most, unit string) string {
	switch {
	case least != "" && most != "":
		return least + " to " + most + unit
	case least != "":
		return "at least " + least + unit
	case most != "":
		return "at most " + most + unit
	}
	return ""
}

func number(n *float64) string {
	if n == nil {
		return ""
	}
	return strconv.FormatFloat(*n, 'f', -1, 64)
}

// text is a value of a schema as it is typed.
func text(value any) string {
	switch value := value.(type) {
	case nil:
		return ""
	case float64:
		return number(&value)
	}
	return fmt.Sprint(value)
}

// InputType is a plain one when that of f would not show what was typed.
func (f *field) InputType() string {
	_, err := strconv.ParseFloat(f.Value, 64)
	if f.Type == "number" && f.Value != "" && err != nil {
		return "text"
	}
	return f.Type
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
				places[i].Control = form + "-" + f.Name
			}
		}
	}
}

// Describe returns the ids of the texts that belong to the control with that id.
func (f *field) Describe(id string) string {
	var ids []string
	if len(f.Errors) > 0 {
		ids = append(ids, id+"-error")
	}
	if f.Help != "" || f.Limits != "" {
		ids = append(ids, id+"-help")
	}
	return strings.Join(ids, " ")
}
