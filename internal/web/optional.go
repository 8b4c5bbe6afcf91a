package web

import (
	"reflect"

	"github.com/danielgtaylor/huma/v2"
)

// Optional is a query parameter that may be absent and whose zero value has a meaning, such
// as a filter for false:
//
//	Done web.Optional[bool] `query:"done" doc:"Only items that are done, or only those that are not." example:"true"`
//
// Its description, validation and form control are those of a T.
type Optional[T any] struct {
	value T
	set   bool
}

// Pointer returns the value, or nil when the parameter was absent.
func (o Optional[T]) Pointer() *T {
	if !o.set {
		return nil
	}
	return &o.value
}

// Schema returns the schema of T. huma calls it.
func (Optional[T]) Schema(r huma.Registry) *huma.Schema {
	return huma.SchemaFromType(r, reflect.TypeFor[T]())
}

// Receiver returns where huma stores the value.
func (o *Optional[T]) Receiver() reflect.Value { return reflect.ValueOf(&o.value).Elem() }

// OnParamSet records whether the parameter was sent. huma calls it.
func (o *Optional[T]) OnParamSet(isSet bool, _ any) { o.set = isSet }
