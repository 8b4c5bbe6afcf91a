package web

import (
	"reflect"

	"github.com/danielgtaylor/huma/v2"
)

// Optional is a query parameter that may be absent, where its zero value means
// something, such as a filter for what is false:
//
//	Done web.Optional[bool] `query:"done" doc:"Only what is done, or is not." example:"true"`
//
// It is described, validated and shown in forms as a T.
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

// Schema describes it as huma describes a T.
func (Optional[T]) Schema(r huma.Registry) *huma.Schema {
	return huma.SchemaFromType(r, reflect.TypeFor[T]())
}

// Receiver is where huma puts the value.
func (o *Optional[T]) Receiver() reflect.Value { return reflect.ValueOf(&o.value).Elem() }

// OnParamSet is told by huma that there was one.
func (o *Optional[T]) OnParamSet(isSet bool, _ any) { o.set = isSet }
