package web

import (
	"net/http"
	"reflect"
	"sync"

	"github.com/danielgtaylor/huma/v2"
)

// Decode reads data as strictly as a request's body: it gives absent fields their
// defaults, validates by the tags of T, calls the Resolve hooks, and returns the
// value, or a problem that names what is wrong.
func Decode[T any](data []byte) (T, error) {
	var value T
	if p := checkJSON(data); p != nil {
		return value, p
	}
	set := rulesOf(reflect.TypeFor[T]())
	data, err := set.withDefaults(data)
	if err != nil {
		return value, invalid(err)
	}
	var loose any
	if err := ReadJSON(data, &loose); err != nil {
		return value, invalid(err)
	}
	if err := set.validate(loose); err != nil {
		return value, err
	}
	if err := ReadJSON(data, &value); err != nil {
		return value, invalid(err)
	}
	return value, set.callHooks(&value)
}

func invalid(err error) error {
	return huma.NewError(http.StatusUnprocessableEntity, "validation failed", &huma.ErrorDetail{Message: err.Error(), Location: "body"})
}

// rules holds, by type, the *ruleset that reflection made of it once.
var rules sync.Map

type ruleset struct {
	registry huma.Registry
	schema   *huma.Schema
	// hasDefaults and hasHooks say whether there is anything to look for.
	hasDefaults, hasHooks bool
}

func rulesOf(t reflect.Type) *ruleset {
	if cached, ok := rules.Load(t); ok {
		return cached.(*ruleset)
	}
	set := &ruleset{registry: huma.NewMapRegistry("#/components/schemas/", huma.DefaultSchemaNamer)}
	set.schema = set.registry.Schema(t, true, "")
	set.hasDefaults = set.anyDefault(set.schema, map[string]bool{})
	set.hasHooks = anyHook(t, map[reflect.Type]bool{})
	cached, _ := rules.LoadOrStore(t, set)
	return cached.(*ruleset)
}

func (set *ruleset) validate(value any) error {
	place := huma.NewPathBuffer(nil, 0)
	place.Push("body")
	result := &huma.ValidateResult{}
	huma.Validate(set.registry, set.schema, place, huma.ModeWriteToServer, value, result)
	if len(result.Errors) > 0 {
		return huma.NewError(http.StatusUnprocessableEntity, "validation failed", result.Errors...)
	}
	return nil
}
