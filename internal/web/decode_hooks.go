package web

import (
	"fmt"
	"net/http"
	"net/url"
	"reflect"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"
)

var (
	resolverType         = reflect.TypeFor[huma.Resolver]()
	resolverWithPathType = reflect.TypeFor[huma.ResolverWithPath]()
)

// noRequest is the empty request that hooks get outside of a request.
var noRequest = humago.NewContext(&huma.Operation{}, &http.Request{URL: &url.URL{}, Header: http.Header{}}, nil)

// callHooks calls the Resolve hooks of the value that value points to and of all values in it,
// as huma does for the body of a request. It returns the problem of their errors, or nil.
func (set *ruleset) callHooks(value any) *Problem {
	if !set.hasHooks {
		return nil
	}
	path := huma.NewPathBuffer(nil, 0)
	path.Push("body")
	return invalidOf(callHooks(reflect.ValueOf(value).Elem(), path))
}

func callHooks(v reflect.Value, path *huma.PathBuffer) (errs []error) {
	isHook := false
	if v.CanAddr() {
		switch hook := v.Addr().Interface().(type) {
		case huma.Resolver:
			isHook, errs = true, hook.Resolve(noRequest)
		case huma.ResolverWithPath:
			isHook, errs = true, hook.Resolve(noRequest, path)
		}
	}
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			return callHooks(v.Elem(), path)
		}
	case reflect.Slice:
		for i := range v.Len() {
			path.PushIndex(i)
			errs = append(errs, callHooks(v.Index(i), path)...)
			path.Pop()
		}
	case reflect.Map:
		for key, value := range v.Seq2() {
			item := reflect.New(value.Type()).Elem() // the values of a map are not addressable
			item.Set(value)
			path.Push(fmt.Sprint(key))
			errs = append(errs, callHooks(item, path)...)
			path.Pop()
		}
	case reflect.Struct:
		for field, value := range v.Fields() {
			switch {
			case !field.IsExported(), field.Anonymous && isHook: // the struct has the hook of the embedded field
			case field.Anonymous:
				errs = append(errs, callHooks(value, path)...)
			default:
				name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
				path.Push(name)
				errs = append(errs, callHooks(value, path)...)
				path.Pop()
			}
		}
	}
	return errs
}

// anyHook reports whether t or a type in it has a Resolve hook.
func anyHook(t reflect.Type, seen map[reflect.Type]bool) (found bool) {
	walkTypes(t, seen, func(t reflect.Type) {
		pointer := reflect.PointerTo(t)
		found = found || pointer.Implements(resolverType) || pointer.Implements(resolverWithPathType)
	})
	return found
}

// walkTypes calls visit once with t and once with each type that a value of t can contain.
func walkTypes(t reflect.Type, seen map[reflect.Type]bool, visit func(reflect.Type)) {
	if seen[t] {
		return
	}
	seen[t] = true
	visit(t)
	switch t.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Array, reflect.Map:
		walkTypes(t.Elem(), seen, visit)
	case reflect.Struct:
		for field := range t.Fields() {
			if field.IsExported() {
				walkTypes(field.Type, seen, visit)
			}
		}
	}
}
