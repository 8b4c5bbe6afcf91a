package browsable

import (
	"maps"
	"net/url"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/go-json-experiment/json/jsontext"
)

// encode turns what was typed into a JSON object. It validates nothing: an invalid number, for
// example, is sent as a string, and the API says what is wrong.
func encode(fields []*field, values url.Values) jsontext.Value {
	var all []member
	for _, f := range fields {
		if value := f.encode(values); value != nil {
			all = append(all, member{f.Label, value})
		}
	}
	return object(all)
}

// encode returns nil for a field that was left empty and may be absent.
func (f *field) encode(values url.Values) jsontext.Value {
	// Browsers send CR LF as line endings.
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
	case f.Type == dateTime:
		return marshal(f.dateTimeFrom(values))
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

// empty returns the value of a control that was left empty.
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

// mergePatch returns the merge patch (RFC 7396) that turns before into after. It leaves out
// members that are empty in both.
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

// replacing returns the member of a patch that turns was into is. An object is complete,
// because the API validates it as a whole, and has a null for each part that is removed,
// because it is merged.
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

// names returns the names of the members of both objects.
func names(a, b map[string]jsontext.Value) []string {
	both := map[string]bool{}
	for _, object := range []map[string]jsontext.Value{a, b} {
		for name := range object {
			both[name] = true
		}
	}
	return slices.Sorted(maps.Keys(both))
}
