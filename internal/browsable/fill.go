package browsable

import (
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// fill puts the values of a JSON object into the controls. It reports whether the form, sent
// unchanged, would leave the object as it is.
func fill(fields []*field, all jsontext.Value) bool {
	put(fields, all)
	values := url.Values{}
	untouched(fields, values)
	return covers(encode(fields, values), writable(fields, all))
}

func put(fields []*field, all jsontext.Value) {
	values := members(all)
	for _, f := range fields {
		value := values[f.Label]
		switch {
		case f.Control == "fieldset":
			put(f.Fields, value)
		case f.Control != "json" && value.Kind() == '"':
			f.Value = unquoted(value)
		case value == nil || value.Kind() == 'n':
			f.Value = ""
		default:
			f.Value = string(value)
		}
		f.setOriginal(f.Value)
	}
}

// Browsers change line endings, and an input has only one line.
var (
	oneLine = strings.NewReplacer("\r", "", "\n", "", "\x00", "\uFFFD")
	lines   = strings.NewReplacer("\r\n", "\n", "\r", "\n", "\x00", "\uFFFD")
)

// untouched adds what a browser sends for controls that were not changed.
func untouched(fields []*field, values url.Values) {
	for _, f := range fields {
		switch {
		case f.Control == "checkbox" && f.Value != "true", f.Control == "select" && !slices.Contains(f.Options, f.Value):
		case f.Control == "input":
			values.Set(f.Name, oneLine.Replace(f.InputValue()))
			if f.Original != "" {
				values.Set(f.OriginalName(), oneLine.Replace(f.Original))
			}
		default:
			values.Set(f.Name, lines.Replace(f.Value))
		}
		untouched(f.Fields, values)
	}
}

// retype puts what was typed back into the controls, up to room bytes. A control for which
// there is no room left is empty and has an error that says why.
func retype(fields []*field, values url.Values, room *int) {
	for _, f := range fields {
		f.Value = values.Get(f.Name)
		if len(f.Value) > min(f.maxShown(), *room) {
			f.Value, f.Errors = "", append(f.Errors, tooLong(f.Value))
		}
		f.setOriginal(values.Get(f.OriginalName()))
		*room -= len(f.Value)
		retype(f.Fields, values, room)
	}
}

// maxShown is how many bytes of typed text the control shows again: more than the field
// accepts, so that a user can shorten a text that is too long.
func (f *field) maxShown() int {
	if f.MaxLength == 0 && (f.Control == "textarea" || f.Control == "json") {
		return maxTyped
	}
	return max(maxTypedLine, 4*f.MaxLength)
}

// tooLong explains why a control does not show again what was typed.
func tooLong(typed string) string {
	return fmt.Sprintf("too long to be shown again (%d bytes)", len(typed))
}

// example is a body made of the defaults and the examples of a schema.
func example(fields []*field) jsontext.Value {
	values := url.Values{}
	collect(fields, values)
	return encode(fields, values)
}

func collect(fields []*field, values url.Values) {
	for _, f := range fields {
		value := f.Value
		if value == "" {
			value = f.Placeholder
		}
		if value == "" && len(f.Options) > 0 && f.Required {
			value = f.Options[0]
		}
		if value != "" {
			values.Set(f.Name, value)
		}
		collect(f.Fields, values)
	}
}

// writable returns the members of an object that a form may send.
func writable(fields []*field, all jsontext.Value) jsontext.Value {
	var kept []member
	values := members(all)
	for _, f := range fields {
		value := values[f.Label]
		if f.Control == "fieldset" && value.Kind() == '{' {
			value = writable(f.Fields, value)
		}
		if value != nil {
			kept = append(kept, member{f.Label, value})
		}
	}
	return object(kept)
}
