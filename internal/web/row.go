package web

import (
	"errors"
	"fmt"
	"net/http"
	"regexp"
)

// RowError is a row whose content the program cannot use, since something else has
// written it. The client is told which row it is, the log why.
type RowError struct {
	// Model is the name of the resource.
	Model string
	Key   int64
	Err   error
}

// scanError finds the column in an error of database/sql, whose words are about Go.
var scanError = regexp.MustCompile(`^sql: Scan error on column index \d+, name "(\w+)"`)

// Error names the row and the reason.
func (e *RowError) Error() string {
	reason := e.Err.Error()
	if column := scanError.FindStringSubmatch(reason); column != nil {
		reason = "the column " + column[1] + " holds what is no value of its type"
	}
	return fmt.Sprintf("%s %d cannot be read: %s", e.Model, e.Key, reason)
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
