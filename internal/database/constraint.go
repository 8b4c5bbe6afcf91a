package database

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"

	"example.com/templatesite/internal/web"
)

// violation is the violation of a constraint by a statement.
type violation struct {
	rule rule
	// names are the constraint's name or its columns, as web.Constraint has them, or the tables
	// that refer to the row. There are several when the engine does not say which it was, and none
	// when it says nothing.
	names []string
}

type rule int

const (
	check     rule = iota // or any other rule
	reference             // a foreign key, of the table that the statement has changed
	referred              // a foreign key, of a table that refers to a row that was to be deleted
	duplicate
)

// violationError is the error of a statement that has violated a constraint.
type violationError struct {
	error
	violation
}

func (e *violationError) Unwrap() error { return e.error }

// withConstraint adds to the error of a statement which constraint it has violated.
func (c *observeConn) withConstraint(ctx context.Context, s *web.Statement, err error) error {
	if err == nil || kindOf(err) != conflict {
		return err
	}
	return &violationError{err, c.connector.engine.violation(ctx, c.fullConn, s, err)}
}

// Classifier returns a function that maps an error of the database to the problem that the
// client receives, or to nil when the error is a bug. Unlike Problem, it names the field if
// the constraint is one of the resources'.
func Classifier(resources []web.Resource) func(error) *web.Problem {
	fields, models := map[string]web.FieldError{}, map[string]bool{}
	for _, resource := range resources {
		models[resource.Name] = true
		for _, constraint := range resource.Constraints {
			fields[constraint.Name] = constraint.Field
			fields[strings.ToLower(constraint.Columns)] = constraint.Field
		}
	}
	delete(fields, "") // of constraints without a name or columns
	return func(err error) *web.Problem {
		e, ok := errors.AsType[*violationError](err)
		if !ok {
			return Problem(err)
		}
		if e.rule == referred {
			return e.inUse(models)
		}
		return e.problem(fields)
	}
}

// inUse is the problem of a row that others refer to. It names only tables that clients know.
func (v violation) inUse(models map[string]bool) *web.Problem {
	names := slices.DeleteFunc(slices.Clone(v.names), func(name string) bool { return !models[name] })
	if len(names) == 0 {
		return conflict.problem
	}
	p := web.NewProblem(http.StatusConflict, "Something refers to this: "+strings.Join(names, " or ")+". Delete or change that first.")
	p.Referrers = names
	return p
}

func (v violation) problem(fields map[string]web.FieldError) *web.Problem {
	var errs []web.FieldError
	for _, name := range v.names {
		field, ok := fields[name]
		if !ok {
			return conflict.problem
		}
		errs = append(errs, field)
	}
	switch {
	case len(errs) == 0:
		return conflict.problem
	case v.rule == duplicate:
		return web.NewProblem(http.StatusConflict, conflict.problem.Detail, errs...)
	case len(errs) > 1:
		return web.NewProblem(http.StatusUnprocessableEntity, "one of these refers to something that does not exist", errs...)
	}
	return web.NewProblem(http.StatusUnprocessableEntity, "validation failed", errs...)
}
