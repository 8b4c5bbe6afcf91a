package web

import (
	"fmt"
	"reflect"

	"github.com/danielgtaylor/huma/v2"
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// withDefaults returns data with the default of each field that is absent or null, as huma
// does for the body of a request. A merge patch that removes a field, and a fixture without
// it, therefore get the default, too.
func (set *ruleset) withDefaults(data jsontext.Value) (jsontext.Value, error) {
	if !set.hasDefaults {
		return data, nil
	}
	return set.complete(set.schema, data)
}

func (set *ruleset) complete(s *huma.Schema, data jsontext.Value) (jsontext.Value, error) {
	s = resolve(set.registry, s)
	switch {
	case s.Type == huma.TypeObject && data.Kind() == '{':
		return set.completeObject(s, data)
	case s.Type == huma.TypeArray && data.Kind() == '[':
		var items []jsontext.Value
		if err := json.Unmarshal(data, &items); err != nil {
			return nil, err
		}
		for i, item := range items {
			completed, err := set.complete(s.Items, item)
			if err != nil {
				return nil, err
			}
			items[i] = completed
		}
		return json.Marshal(items)
	}
	return data, nil
}

func (set *ruleset) completeObject(s *huma.Schema, data jsontext.Value) (jsontext.Value, error) {
	members := map[string]jsontext.Value{}
	if err := json.Unmarshal(data, &members); err != nil {
		return nil, err
	}
	for name, property := range s.Properties {
		member, ok := members[name]
		var err error
		switch {
		case (!ok || member.Kind() == 'n') && property.Default != nil:
			members[name], err = json.Marshal(property.Default)
		case ok:
			members[name], err = set.complete(property, member)
		}
		if err != nil {
			return nil, err
		}
	}
	return json.Marshal(members)
}

// anyDefault reports whether a schema or one in it has a default.
func (set *ruleset) anyDefault(s *huma.Schema, seen map[string]bool) bool {
	if s == nil || s.Ref != "" && seen[s.Ref] {
		return false
	}
	seen[s.Ref] = s.Ref != ""
	s = resolve(set.registry, s)
	for _, property := range s.Properties {
		if property.Default != nil || set.anyDefault(property, seen) {
			return true
		}
	}
	return set.anyDefault(s.Items, seen)
}

// refuseLossyDefaults panics if a field of t has a default that would replace an explicit
// false, 0 or "". huma applies defaults to all zero values after it has read a body, and
// cannot tell them from absent ones. A pointer avoids that.
func refuseLossyDefaults(operation string, t reflect.Type) {
	body, ok := t.FieldByName("Body")
	if !ok {
		return
	}
	walkTypes(body.Type, map[reflect.Type]bool{}, func(owner reflect.Type) {
		if owner.Kind() != reflect.Struct {
			return
		}
		for field := range owner.Fields() {
			if text := field.Tag.Get("default"); text != "" && lossy(field) {
				panic(fmt.Sprintf("web: %s: %v.%s: its default %s would replace an explicit zero value: make it a pointer, or refuse the zero value",
					operation, owner, field.Name, text))
			}
		}
	})
}

// lossy reports whether a client may send the zero value of a field whose default is another
// value.
func lossy(field reflect.StructField) bool {
	switch field.Type.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Map, reflect.Struct, reflect.Interface:
		return false
	}
	registry := huma.NewMapRegistry("#/components/schemas/", huma.DefaultSchemaNamer)
	schema := huma.SchemaFromField(registry, field, "")
	zero := reflect.Zero(field.Type).Interface()
	result := &huma.ValidateResult{}
	huma.Validate(registry, schema, huma.NewPathBuffer(nil, 0), huma.ModeWriteToServer, zero, result)
	return len(result.Errors) == 0 && fmt.Sprint(schema.Default) != fmt.Sprint(zero)
}
