package web

import (
	"cmp"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Column is an argument of a statement and a destination of a row's Scan, for a type that the
// engines keep in different ways.
type Column interface {
	sql.Scanner
	driver.Valuer
}

// errNull is the error for null in a column of a field that cannot be null.
var errNull = errors.New("it is null")

// Timestamp reads and writes t as a column of a row: in UTC and to the microsecond, which both
// engines keep. Reading returns the error of CheckTime.
func Timestamp(t *time.Time) Column { return timestamp{t} }

// OptionalTimestamp is Timestamp for a column that may be null, which is nil.
func OptionalTimestamp(t **time.Time) Column { return optional[time.Time]{t, Timestamp} }

type timestamp struct{ time *time.Time }

func (c timestamp) Scan(value any) error {
	var read sql.Null[time.Time]
	if err := read.Scan(value); err != nil {
		return err
	}
	if !read.Valid {
		return errNull
	}
	*c.time = stored(read.V)
	return CheckTime(*c.time)
}

func (c timestamp) plain() any { return c.time }

func (c timestamp) Value() (driver.Value, error) { return stored(*c.time), nil }

func stored(t time.Time) time.Time { return t.UTC().Truncate(time.Microsecond) }

// Date reads and writes d, a date as in 2017-07-30, as a column of the type date.
func Date(d *string) Column { return date{d} }

// OptionalDate is Date for a column that may be null, which is nil.
func OptionalDate(d **string) Column {
	return optional[string]{d, Date}
}

type date struct{ text *string }

func (c date) Scan(value any) error {
	switch value := value.(type) {
	case time.Time:
		*c.text = value.Format(time.DateOnly)
		return CheckTime(value)
	case string:
		*c.text = value
		day, err := time.Parse(time.DateOnly, value)
		return cmp.Or(err, CheckTime(day))
	case nil:
		return errNull
	}
	return fmt.Errorf("a date cannot be read from a %T", value)
}

func (c date) plain() any { return c.text }

func (c date) Value() (driver.Value, error) { return *c.text, nil }

// Decimal reads and writes d, an exact decimal as in 12.50, as a column of integers that counts
// units of the last of its scale decimal places: with the scale 2, 12.50 is 1250. So sums, order
// and comparisons are exact on every engine. It reads with all decimal places.
func Decimal(d *string, scale int) Column { return decimal{d, scale} }

// OptionalDecimal is Decimal for a column that may be null, which is nil.
func OptionalDecimal(d **string, scale int) Column {
	return optional[string]{d, func(d *string) Column { return Decimal(d, scale) }}
}

type decimal struct {
	text  *string
	scale int
}

func (c decimal) Scan(value any) error {
	units, ok := value.(int64)
	if !ok {
		return fmt.Errorf("a decimal cannot be read from a %T", value)
	}
	digits := strconv.FormatInt(max(units, -units), 10)
	digits = strings.Repeat("0", max(0, c.scale+1-len(digits))) + digits
	point := len(digits) - c.scale
	*c.text = digits[:point] + "." + digits[point:]
	if units < 0 {
		*c.text = "-" + *c.text
	}
	return nil
}

func (c decimal) plain() any { return c.text }

func (c decimal) Value() (driver.Value, error) {
	whole, fraction, _ := strings.Cut(*c.text, ".")
	if whole == "" || len(fraction) > c.scale {
		return nil, fmt.Errorf("%q is no number with at most %d decimal places", *c.text, c.scale)
	}
	return strconv.ParseInt(whole+fraction+strings.Repeat("0", c.scale-len(fraction)), 10, 64)
}

// optional is a column that may be null, which is nil. column makes the column of a value.
type optional[T any] struct {
	value  **T
	column func(*T) Column
}

func (c optional[T]) Scan(value any) error {
	if value == nil {
		*c.value = nil
		return nil
	}
	*c.value = new(T)
	return c.column(*c.value).Scan(value)
}

func (c optional[T]) plain() any { return c.value }

func (c optional[T]) Value() (driver.Value, error) {
	if *c.value == nil {
		return nil, nil //nolint:nilnil // null
	}
	return c.column(*c.value).Value()
}
