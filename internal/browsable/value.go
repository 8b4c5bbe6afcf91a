package browsable

import (
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/danielgtaylor/huma/v2"
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// encode makes the JSON object of what was typed. It validates nothing: what is no
// number, say, is sent as the text that it is, and the API says what is wrong.
func encode(fields []*field, values url.Values, method string) jsontext.Value {
	var all []member
	for _, f := range fields {
		value := f.encode(values, method)
		if value == nil && method == http.MethodPatch {
			value = jsontext.Value("null") // which a merge patch takes for: none
		}
		if value != nil {
			all = append(all, member{f.Label, value})
		}
	}
	return object(all)
}

// member is a member of a JSON object whose order is kept.
type member struct {
	name  string
	value jsontext.Value
}

func object(members []member) jsontext.Value {
	text := []byte{'{'}
	for i, m := range members {
		if i > 0 {
			text = append(text, ',')
		}
		text = append(append(text, marshal(m.name)...), ':')
		text = append(text, m.value...)
	}
	return append(text, '}')
}

// marshal writes what cannot fail: text that is no Unicode is refused before.
func marshal(value any) jsontext.Value {
	data, err := json.Marshal(value, jsontext.AllowInvalidUTF8(true))
	if err != nil {
		panic(err)
	}
	return data
}

// encode returns nil for a field that was left empty and need not be there.
func (f *field) encode(values url.Values, method string) jsontext.Value {
	// Forms are sent with CR LF at the ends of lines, whatever was typed.
	typed := strings.ReplaceAll(values.Get(f.Name), "\r\n", "\n")
	switch {
	case f.Control == "fieldset":
		if !f.Required && !f.typedIn(values) {
			return nil
		}
		return encode(f.Fields, values, method)
	case f.Control == "checkbox":
		return marshal(typed != "")
	case typed == "":
		return f.empty()
	case f.schema.Type == huma.TypeString:
		return marshal(typed)
	}
	if value := jsontext.Value(typed); value.IsValid() {
		return value
	}
	return marshal(typed)
}

func (f *field) typedIn(values url.Values) bool {
	for _, part := range f.Fields {
		if values.Get(part.Name) != "" || part.typedIn(values) {
			return true
		}
	}
	return false
}

// empty is what an empty control means.
func (f *field) empty() jsontext.Value {
	switch {
	case f.mayBeEmpty(), f.Required && f.schema.Type == huma.TypeString && len(f.schema.Enum) == 0:
		return jsontext.Value(`""`)
	case f.Required:
		return jsontext.Value("null")
	}
	return nil
}

// mayBeEmpty reports whether the empty text is a value of f.
func (f *field) mayBeEmpty() bool {
	s := f.schema
	return s.Type == huma.TypeString && !s.Nullable && len(s.Enum) == 0 && s.Format == "" && s.Pattern == "" &&
		(s.MinLength == nil || *s.MinLength == 0)
}

// Must reports whether the control may not be left empty.
func (f *field) Must() bool { return f.Required && !f.mayBeEmpty() }

// fill puts the values of a JSON object into the controls, and reports whether
// these can hold all of them exactly.
func fill(fields []*field, all jsontext.Value) bool {
	exact := true
	values := members(all)
	for _, f := range fields {
		value := values[f.Label]
		switch {
		case f.Control == "fieldset":
			exact = fill(f.Fields, value) && exact
		case f.Control != "json" && value.Kind() == '"':
			var typed string
			exact = json.Unmarshal(value, &typed) == nil && f.holds(typed) && exact
			f.Value = typed
		case value == nil || value.Kind() == 'n':
			f.Value = ""
		default:
			f.Value = string(value)
		}
	}
	return exact
}

// holds reports whether a browser gives text back as it is. It changes the ends of
// lines, and an input has only one line.
func (f *field) holds(text string) bool {
	if !utf8.ValidString(text) || strings.ContainsAny(text, "\r\x00") {
		return false
	}
	return f.Control == "textarea" || !strings.Contains(text, "\n")
}

// retype puts what was typed back into the controls.
func retype(fields []*field, values url.Values) {
	for _, f := range fields {
		f.Value = values.Get(f.Name)
		retype(f.Fields, values)
	}
}

// members returns the members of a JSON object, or nil when it is none.
func members(all jsontext.Value) map[string]jsontext.Value {
	var values map[string]jsontext.Value
	if all.Kind() != '{' || json.Unmarshal(all, &values, jsontext.AllowInvalidUTF8(true)) != nil {
		return nil
	}
	return values
}

func unquoted(value jsontext.Value) string {
	var text string
	if value.Kind() != '"' || json.Unmarshal(value, &text, jsontext.AllowInvalidUTF8(true)) != nil {
		return ""
	}
	return text
}

// example is the body that a schema's defaults and examples make, to begin with.
func example(fields []*field) jsontext.Value {
	values := url.Values{}
	collect(fields, values)
	return encode(fields, values, http.MethodPost)
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
		if value, ok := values[f.Label]; ok {
			kept = append(kept, member{f.Label, value})
		}
	}
	return object(kept)
}

// indented returns value over several lines, for a person to read or change.
func indented(value jsontext.Value) string {
	pretty := append(jsontext.Value(nil), value...)
	if err := pretty.Indent(jsontext.WithIndent("  "), jsontext.AllowInvalidUTF8(true), jsontext.AllowDuplicateNames(true)); err != nil {
		pretty = value
	}
	return directions.ReplaceAllStringFunc(string(pretty), func(control string) string {
		return strings.Trim(strconv.QuoteToASCII(control), `"`)
	})
}

// directions are the characters that turn the direction of text: unless they are
// written as what they are, JSON would look as if it said something else.
var directions = regexp.MustCompile(`[\x{202A}-\x{202E}\x{2066}-\x{2069}]`)
