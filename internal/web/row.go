package web

import (
	"errors"
	"fmt"
	"net/http"
	"regexp"
)

// RowError is the error for a row whose content is invalid because another program has
// written it. The client learns which row it is; the reason is only in the log.
type RowError struct {
	// Model is the name of the resource, and Key the id of the row.
	Model string
	Key   int64
	Err   error
}

// scanError finds the column in an error of database/sql, whose text mentions Go types.
var scanError = regexp.MustCompile(`^sql: Scan error on column index \d+, name "(\w+)"`)

// Error names the row and the reason.
func (e *RowError) Error() string {
	reason := e.Err.Error()
	if column := scanError.FindStringSubmatch(reason); column != nil {
		reason = "the column " + column[1] + " has a value of another type"
		for _, known := range []error{errYear, errNull} {
			if errors.Is(e.Err, known) {
				reason = "the column " + column[1] + ": " + known.Error()
			}
		}
	}
	return fmt.Sprintf("%s %d cannot be read: %s", e.Model, e.Key, reason)
}

// Unwrap returns the reason.
func (e *RowError) Unwrap() error { return e.Err }

// Row returns err as a RowError of the row with this key. It returns err unchanged if it is
// nil, is about a row already, or happened before the key was read, which is then 0.
func Row(model string, key int64, err error) error {
	if err == nil || key == 0 {
		return err
	}
	if _, named := errors.AsType[*RowError](err); named {
		return err
	}
	return &RowError{model, key, err}
}

// rowProblem is the response for a row that cannot be read.
func rowProblem(e *RowError) *Problem {
	return NewProblem(http.StatusInternalServerError, fmt.Sprintf(
		"%s %d could not be read. The log has the reason, under this request_id; other rows may be readable.", e.Model, e.Key))
}
