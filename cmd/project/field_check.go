package main

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

var (
	fieldName = regexp.MustCompile(`^[a-z][a-z0-9]*(_[a-z0-9]+)*$`)
	enumValue = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_.-]*$`)
)

// uniqueDigits is how many characters the values of unique fields have in the tests.
const uniqueDigits = 4

// maxColumn and maxResource leave room for the suffix of a constraint, whose name has at most 63 bytes.
const (
	maxColumn   = 30
	maxResource = 24
)

// check refuses what no database, client or program could work with.
func (f *field) check() error {
	switch {
	case !fieldName.MatchString(f.Column):
		return fmt.Errorf("the name %q needs to consist of lower-case letters, digits and single underscores, as in due_date", f.Column)
	case len(f.Column) > maxColumn:
		return fmt.Errorf("the name is longer than %d characters", maxColumn)
	case slices.Contains(sqlReserved, f.Column):
		return fmt.Errorf("%s is a reserved word of SQL: choose another name, such as %s_value", f.Column, f.Column)
	case slices.Contains([]string{"ID", "Href", "Version", "Fields", "ETag"}, f.Go):
		return fmt.Errorf("every resource has its own %s: choose another name", f.Column)
	case f.max < f.min:
		return fmt.Errorf("the range %d..%d is backwards", f.min, f.max)
	case f.isText() && (f.min < 0 || f.max < 1 || f.max > 100_000):
		return fmt.Errorf("the range %d..%d is impossible: a text has 0 to 100000 characters", f.min, f.max)
	case f.kind == "int" && (f.min < -maxInteger || f.max > maxInteger):
		return fmt.Errorf("the range %d..%d is impossible: not every client can read integers beyond ±%d", f.min, f.max, int64(maxInteger))
	case f.isText() && f.min == 0 && (f.Optional || f.initial != nil):
		return fmt.Errorf("an empty text could not be told from none: begin its range at 1")
	case f.Auto && (f.Optional || f.initial != nil):
		return fmt.Errorf("the service sets it, so that it has no default and is never null")
	case f.Auto && (f.Unique || f.Once):
		return errors.New("the service sets it once, and rows may be created at the same time")
	case f.Once && f.initial != nil:
		return errors.New("a field that can be set only once would have its default for ever")
	case f.Unique && f.initial != nil:
		return errors.New("only one row could have the default of a unique field")
	case f.Unique && (f.kind == "bool" || f.kind == "enum" || f.kind == "ref" || f.kind == "text"):
		return fmt.Errorf("a unique %s is yours to write: the tests need thousands of short values", f.kind)
	case f.Unique && (f.kind == "string" && f.max < uniqueDigits || f.kind == "decimal" && f.whole < uniqueDigits || f.kind == "int" && (f.min > 1000 || f.max < 9999)):
		return fmt.Errorf("a unique field needs thousands of values, such as 1000 to 9999")
	case f.Optional && f.initial != nil:
		return fmt.Errorf("null (?) and a default (=%s) exclude each other: choose one", *f.initial)
	case f.kind == "decimal" && f.scale == 0:
		return errors.New("a decimal needs its digits, as in price:decimal:10,2")
	case f.kind == "enum":
		return f.checkEnum()
	}
	return f.checkDefault()
}

func (f *field) checkEnum() error {
	for i, value := range f.values {
		if !enumValue.MatchString(value) {
			return fmt.Errorf("the value %q needs to consist of letters, digits and _.-", value)
		}
		if slices.Contains(f.values[:i], value) {
			return fmt.Errorf("the value %q is there twice", value)
		}
	}
	if len(f.values) < 2 {
		return fmt.Errorf("an enum needs two values or more, as in state:enum:open,closed")
	}
	return f.checkDefault()
}

func (f *field) checkDefault() error {
	if f.initial == nil {
		return nil
	}
	var ok bool
	switch value := *f.initial; f.kind {
	case "enum":
		ok = slices.Contains(f.values, value)
	case "bool":
		ok = value == "true" || value == "false"
	case "int":
		n, err := strconv.ParseInt(value, 10, 64)
		ok = err == nil && f.min <= n && n <= f.max && value == strconv.FormatInt(n, 10)
	case "string", "text":
		length := int64(utf8.RuneCountInString(value))
		if strings.ContainsFunc(value, func(c rune) bool { return !unicode.IsPrint(c) || strings.ContainsRune("\"\\`", c) }) {
			return fmt.Errorf("the default %q has a quote or another character that a tag of Go cannot hold: change it in the code afterwards", value)
		}
		ok = f.min <= length && length <= f.max
	default:
		return fmt.Errorf("the kind %s has no defaults", f.kind)
	}
	if !ok {
		return fmt.Errorf("its own rules refuse the default %q", *f.initial)
	}
	return nil
}
