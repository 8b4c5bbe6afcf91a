package browsable

import (
	"net/url"
	"slices"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// fill puts the values of a JSON object into the controls, and reports whether a
// form that nobody touches says the same when it is sent.
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
	}
}

// What browsers make of values: they change the ends of lines, and an input has only
// one line.
var (
	oneLine = strings.NewReplacer("\r", "", "\n", "", "\x00", "\uFFFD")
	lines   = strings.NewReplacer("\r\n", "\n", "\r", "\n", "\x00", "\uFFFD")
)

// untouched is what a browser sends for the controls as they are.
func untouched(fields []*field, values url.Values) {
	for _, f := range fields {
		switch {
		case f.Control == "checkbox" && f.Value != "true", f.Control == "select" && !slices.Contains(f.Options, f.Value):
		case f.Control == "input":
			values.Set(f.Name, oneLine.Replace(f.Value))
		default:
			values.Set(f.Name, lines.Replace(f.Value))
		}
		untouched(f.Fields, values)
	}
}

// retype puts what was typed back into the controls while there is room, in bytes. A
// control that stays empty for lack of room gets an error that says so.
func retype(fields []*field, values url.Values, room *int) {
	for _, f := range fields {
		f.Value = values.Get(f.Name)
		if len(f.Value) > min(f.mostTyped(), *room) {
			f.Value, f.Errors = "", append(f.Errors, tooLong(f.Value))
		}
		*room -= len(f.Value)
		retype(f.Fields, values, room)
	}
}

// example is the body that a schema's defaults and examples make, to begin with.
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

// writable keeps of an object what a form may send.
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
