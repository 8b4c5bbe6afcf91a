package web

import (
	"context"
	"fmt"
	"net/http"
	"path"
	"reflect"
	"strings"

	"github.com/danielgtaylor/huma/v2"
)

// Change is what an audit trail knows about a change. It contains no content.
type Change struct {
	// Operation is create, update or delete. A POST that creates nothing has its OperationID.
	Operation string
	// Resource is the name of the resource that the operation belongs to, and Row the id of the
	// row. Either may be empty.
	Resource, Row string
}

// Audit calls run in a context of DB.Atomic and records the change that run returns, in the same
// transaction: both happen or neither. Who makes the change is in the Info of ctx.
type Audit func(ctx context.Context, run func(context.Context) (Change, error)) error

// ErrNotRecorded is the response to a change that is not made, since no audit trail can record it.
var ErrNotRecorded = NewProblem(http.StatusServiceUnavailable,
	"Changes cannot be recorded at the moment, so none is made. Reads are possible. Try again later.").RetryAfter(1)

// audited carries out a change through the trail of the API. One that fails is not recorded: the
// log has it.
func audited[I, O any](a *API, op *huma.Operation) stage[I, O] {
	switch op.Method {
	case http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete:
	default:
		return nil
	}
	if a.options.Audit == nil {
		return nil
	}
	change := changeOf(a.resource, op, reflect.TypeFor[I](), reflect.TypeFor[O]())
	return func(next handler[I, O]) handler[I, O] {
		return func(ctx context.Context, in *I) (out *O, err error) {
			var made bool
			err = a.options.Audit(ctx, func(ctx context.Context) (c Change, err error) {
				made = false // it may run again
				if out, err = next(ctx, in); err != nil {
					return c, err
				}
				made = true
				return change(reflect.ValueOf(in), reflect.ValueOf(out)), nil
			})
			if err != nil && made && ctx.Err() == nil && a.options.Classify(err) == nil {
				err = ErrNotRecorded.WithCause(err)
			}
			return out, err
		}
	}
}

// changeOf returns a function that describes the change which an operation has made. The row is
// that of the Location in the output or, if nothing was created, of the id in the path.
func changeOf(resource string, op *huma.Operation, input, output reflect.Type) func(in, out reflect.Value) Change {
	id, location := taggedField(input, "path", "id"), taggedField(output, "header", "Location")
	operation := map[string]string{http.MethodPut: "update", http.MethodPatch: "update", http.MethodDelete: "delete"}[op.Method]
	if operation == "" {
		operation = op.OperationID
		if location != nil {
			operation = "create"
		}
	}
	return func(in, out reflect.Value) Change {
		row := textOf(in, id)
		if created := textOf(out, location); created != "" {
			row = path.Base(created)
		}
		return Change{operation, resource, row}
	}
}

// taggedField returns the index of the field of a struct whose tag has that name, or nil.
func taggedField(t reflect.Type, tag, name string) []int {
	if t.Kind() != reflect.Struct {
		return nil
	}
	for _, field := range reflect.VisibleFields(t) {
		if first, _, _ := strings.Cut(field.Tag.Get(tag), ","); first == name {
			return field.Index
		}
	}
	return nil
}

// textOf returns the value of a field of the struct that p points to, or "" if there is none.
func textOf(p reflect.Value, field []int) string {
	if field == nil || p.IsNil() {
		return ""
	}
	value, err := p.Elem().FieldByIndexErr(field)
	if err != nil { // an embedded pointer is nil
		return ""
	}
	return fmt.Sprint(value.Interface())
}
