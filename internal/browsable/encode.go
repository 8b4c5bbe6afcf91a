package browsable

import (
	"maps"
	"net/url"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/go-json-experiment/json/jsontext"
)

// encode makes the JSON object of what was typed. It validates nothing: what is no
// number, say, is sent as the text that it is, and the API says what is wrong.
func encode(fields []*field, values url.Values) jsontext.Value {
	var all []member
	for _, f := range fields {
		if value := f.encode(values); value != nil {
			all = append(all, member{f.Label, value})
		}
	}
	return object(all)
}

// encode returns nil for a field that was left empty and need not be there.
func (f *field) encode(values url.Values) jsontext.Value {
	// Forms are sent with CR LF at the ends of lines, whatever was typed.
	typed := strings.ReplaceAll(values.Get(f.Name), "\r\n", "\n")
	switch {
	case f.Control == "fieldset":
		if f.mayBeAbsent() && !f.typedIn(values) {
			return f.empty()
		}
		return encode(f.Fields, values)
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
	case f.Required && f.schema.Nullable:
		return jsontext.Value("null")
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
func (f *field) Must() bool { return !f.mayBeAbsent() && !f.Loose && !f.mayBeEmpty() }

// mayBeAbsent reports whether f may be left out, or be null.
func (f *field) mayBeAbsent() bool { return !f.Required || f.schema.Nullable }

// mergePatch is what a merge patch (RFC 7396) has to say to make after of before.
// Of what is empty in both it says nothing.
func mergePatch(before, after jsontext.Value) jsontext.Value {
	from, to := members(before), members(after)
	var changes []member
	for _, name := range names(from, to) {
		if was, is := from[name], to[name]; !alike(was, is) {
			changes = append(changes, member{name, replacing(was, is)})
		}
	}
	return object(changes)
}

// alike reports whether two values look the same in a form.
func alike(a, b jsontext.Value) bool {
	if a.Kind() != '{' || b.Kind() != '{' {
		return same(a, b) || isEmpty(a) && isEmpty(b)
	}
	from, to := members(a), members(b)
	return !slices.ContainsFunc(names(from, to), func(name string) bool { return !alike(from[name], to[name]) })
}

// replacing is what makes is of was in a patch. An object is whole, as the API wants
// it, and has a null for each part that is no more, as it is merged.
func replacing(was, is jsontext.Value) jsontext.Value {
	switch {
	case is == nil:
		return jsontext.Value("null")
	case was.Kind() != '{' || is.Kind() != '{':
		return is
	}
	from, to := members(was), members(is)
	var parts []member
	for _, name := range names(from, to) {
		parts = append(parts, member{name, replacing(from[name], to[name])})
	}
	return object(parts)
}

// names are those of the members of either object.
func names(a, b map[string]jsontext.Value) []string {
	both := map[string]bool{}
	for _, object := range []map[string]jsontext.Value{a, b} {
		for name := range object {
			both[name] = true
		}
	}
	return slices.Sorted(maps.Keys(both))
}
