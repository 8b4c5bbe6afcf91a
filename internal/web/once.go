package web

import (
	"database/sql/driver"
	"time"
)

// SetOnce returns an error if a field that can be set only once would get another value. A field
// that has none yet can be set. The values are as for a statement: Go's own, pointers, or Columns.
func SetOnce(field string, before, after any) error {
	was, err := driver.DefaultParameterConverter.ConvertValue(before)
	if err != nil {
		return err
	}
	is, err := driver.DefaultParameterConverter.ConvertValue(after)
	if err != nil {
		return err
	}
	same := was == is
	if at, ok := was.(time.Time); ok {
		other, ok := is.(time.Time)
		same = ok && at.Equal(other)
	}
	if was == nil || same {
		return nil
	}
	return invalid(FieldError{Message: "cannot be changed once it is set", Location: "body." + field})
}
