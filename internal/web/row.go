package web

import (
	"errors"
	"fmt"
	"net/http"
)

// RowError is a row whose content the program cannot use, since something else has
// written it. The client is told which row it is, the log why.
type RowError struct {
	// Model is the name of the resource.
	Model string
	Key   int64
	Err   error
}

// Error names the row and the reason.
func (e *RowError) Error() string {
	return fmt.Sprintf("%s %d cannot be read: %v", e.Model, e.Key, e.Err)
}

// Unwrap returns the reason.
func (e *RowError) Unwrap() error { return e.Err }

// Row returns err as that of the row with this key. An err that is nil or names a row
// already is returned as it is, and so is one before a key was read, which is 0 then.
func Row(model string, key int64, err error) error {
	if err == nil || key == 0 {
		return err
	}
	if _, named := errors.AsType[*RowError](err); named {
		return err
	}
	return &RowError{model, key, err}
}

// rowProblem is the answer about a row that cannot be read.
func rowProblem(e *RowError) *Problem {
	return NewProblem(http.StatusInternalServerError, fmt.Sprintf(
		"%s %d could not be read. The request_id leads to the reason in the log; other rows may be readable.", e.Model, e.Key))
}
