package web

import (
	"database/sql"
	"database/sql/driver"
	"errors"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

var (
	errYear   = errors.New("the time must be in the years 1 to 9999 in UTC")
	errNoTime = errors.New("the time is null")
)

// The first second that RFC 3339 can represent, and the one after the last.
var (
	firstSecond = time.Date(1, 1, 1, 0, 0, 0, 0, time.UTC).Unix()
	endSecond   = time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC).Unix()
)

// CheckTime returns an error for a time that RFC 3339 cannot represent in UTC. If such a time
// were stored, neither its row nor a list with that row could be returned.
func CheckTime(t time.Time) error {
	if s := t.Unix(); s < firstSecond || s >= endSecond {
		return errYear
	}
	return nil
}

// readTime refuses a time that leaves these years when it is converted to UTC.
func readTime(dec *jsontext.Decoder, t *time.Time) error {
	if err := json.UnmarshalDecode(dec, t, json.WithUnmarshalers(nil)); err != nil {
		return err
	}
	return CheckTime(*t)
}

// Timestamp reads and writes t as a column of a row: in UTC and to the microsecond, which both
// engines keep. Reading returns the error of CheckTime.
func Timestamp(t *time.Time) Column { return timestamp{t} }

// OptionalTimestamp is Timestamp for a column that may be null, which is nil.
func OptionalTimestamp(t **time.Time) Column { return optionalTimestamp{t} }

// Column is an argument of a statement and a destination of a row's Scan.
type Column interface {
	sql.Scanner
	driver.Valuer
}

type timestamp struct{ time *time.Time }

func (c timestamp) Scan(value any) error {
	var read sql.Null[time.Time]
	if err := read.Scan(value); err != nil {
		return err
	}
	if !read.Valid {
		return errNoTime
	}
	*c.time = stored(read.V)
	return CheckTime(*c.time)
}

func (c timestamp) Value() (driver.Value, error) { return stored(*c.time), nil }

type optionalTimestamp struct{ time **time.Time }

func (c optionalTimestamp) Scan(value any) error {
	if value == nil {
		*c.time = nil
		return nil
	}
	*c.time = new(time.Time)
	return timestamp{*c.time}.Scan(value)
}

func (c optionalTimestamp) Value() (driver.Value, error) {
	if *c.time == nil {
		return nil, nil //nolint:nilnil // null
	}
	return stored(**c.time), nil
}

func stored(t time.Time) time.Time { return t.UTC().Truncate(time.Microsecond) }
