package web

import (
	"errors"
	"net/http"
	"reflect"
	"sync"

	"github.com/danielgtaylor/huma/v2"
)

// Decode reads data as strictly as the body of a request: it gives absent fields their
// defaults, validates by the tags of T and calls the Resolve hooks. An error in data is a
// *Problem with its location.
func Decode[T any](data []byte) (T, error) {
	var value T
	if p := checkJSON(data); p != nil {
		return value, p
	}
	set := rulesOf(reflect.TypeFor[T]())
	data, err := set.withDefaults(data)
	if err != nil {
		return value, undecodable(err)
	}
	var untyped any
	if err := readJSON(data, &untyped); err != nil {
		return value, undecodable(err)
	}
	if p := set.validate(untyped); p != nil {
		return value, p
	}
	if err := readJSON(data, &value); err != nil {
		return value, undecodable(err)
	}
	if p := set.callHooks(&value); p != nil {
		return value, p
	}
	return value, nil
}

func undecodable(err error) *Problem {
	if mismatch, ok := errors.AsType[*mismatchError](err); ok {
		return invalid(FieldError(*mismatch))
	}
	return invalid(FieldError{Message: err.Error(), Location: "body"})
}

// rules caches the *ruleset of each type.
var rules sync.Map

// ruleset holds the rules for values of one type.
type ruleset struct {
	registry huma.Registry
	schema   *huma.Schema
	// hasDefaults and hasHooks let types without defaults or hooks skip the search for them.
	hasDefaults, hasHooks bool
}

func rulesOf(t reflect.Type) *ruleset {
	if cached, ok := rules.Load(t); ok {
		return cached.(*ruleset)
	}
	configureHuma() // fixtures are decoded without an API
	set := &ruleset{registry: huma.NewMapRegistry("#/components/schemas/", huma.DefaultSchemaNamer)}
	set.schema = set.registry.Schema(t, true, "")
	set.hasDefaults = set.anyDefault(set.schema, map[string]bool{})
	set.hasHooks = anyHook(t, map[reflect.Type]bool{})
	cached, _ := rules.LoadOrStore(t, set)
	return cached.(*ruleset)
}

// validate returns the problem of a value that huma's validation refuses, or nil.
func (set *ruleset) validate(value any) *Problem {
	path := huma.NewPathBuffer(nil, 0)
	path.Push("body")
	result := &huma.ValidateResult{}
	huma.Validate(set.registry, set.schema, path, huma.ModeWriteToServer, value, result)
	return invalidOf(result.Errors)
}

// invalidOf returns the problem of these errors, or nil if there are none.
func invalidOf(errs []error) *Problem {
	if len(errs) == 0 {
		return nil
	}
	return problemOf(http.StatusUnprocessableEntity, validationFailed, errs)
}
