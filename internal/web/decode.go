package web

import (
	"net/http"
	"reflect"
	"sync"

	"github.com/danielgtaylor/huma/v2"
)

// Decode reads data as strictly as a request's body, validates it by the tags
// of T, and returns it, or a problem that names what is wrong.
func Decode[T any](data []byte) (T, error) {
	var value T
	if p := checkJSON(data); p != nil {
		return value, p
	}
	var loose any
	if err := ReadJSON(data, &loose); err != nil {
		return value, invalid(err)
	}
	if err := validate(reflect.TypeFor[T](), loose); err != nil {
		return value, err
	}
	if err := ReadJSON(data, &value); err != nil {
		return value, invalid(err)
	}
	return value, nil
}

func invalid(err error) error {
	return huma.NewError(http.StatusUnprocessableEntity, "validation failed", &huma.ErrorDetail{Message: err.Error(), Location: "body"})
}

// rules holds, by type, the *ruleset that reflection made of it once.
var rules sync.Map

type ruleset struct {
	registry huma.Registry
	schema   *huma.Schema
}

func validate(t reflect.Type, value any) error {
	cached, ok := rules.Load(t)
	if !ok {
		registry := huma.NewMapRegistry("#/components/schemas/", huma.DefaultSchemaNamer)
		cached, _ = rules.LoadOrStore(t, &ruleset{registry, registry.Schema(t, true, "")})
	}
	set := cached.(*ruleset)
	place := huma.NewPathBuffer(nil, 0)
	place.Push("body")
	result := &huma.ValidateResult{}
	huma.Validate(set.registry, set.schema, place, huma.ModeWriteToServer, value, result)
	if len(result.Errors) > 0 {
		return huma.NewError(http.StatusUnprocessableEntity, "validation failed", result.Errors...)
	}
	return nil
}
