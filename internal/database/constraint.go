package database

import (
	"context"
	"errors"
	"net/http"
	"strings"

	"example.com/templatesite/internal/web"
)

// violation is the violation of a constraint by a statement.
type violation struct {
	rule rule
	// names are the constraint's name or its columns, as web.Constraint has them. There are
	// several when the engine does not say which constraint it was, and none when it says
	// nothing.
	names []string
}

type rule int

const (
	check     rule = iota // or any other rule
	reference             // a foreign key, of the table that the statement has changed
	duplicate
)

// violationError is the error of a statement that has violated a constraint.
type violationError struct {
	error
	violation
}

func (e *violationError) Unwrap() error { return e.error }

// withConstraint adds to the error of a statement which constraint it has violated. Only an
// insert or an update concerns a value of the request; a delete violates a constraint of
// another table.
func (c *observeConn) withConstraint(ctx context.Context, s *web.Statement, err error) error {
	if err == nil || s.Operation != "insert" && s.Operation != "update" || kindOf(err) != conflict {
		return err
	}
	return &violationError{err, c.connector.engine.violation(ctx, c.fullConn, s, err)}
}

// Classifier returns a function that maps an error of the database to the problem that the
// client receives, or to nil when the error is a bug. Unlike Problem, it names the field if
// the constraint is one of the resources'.
func Classifier(resources []web.Resource) func(error) *web.Problem {
	fields := map[string]web.FieldError{}
	for _, resource := range resources {
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
		return e.problem(fields)
	}
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
