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

// field is a column of a generated resource. Templates use its exported names.
type field struct {
	// Column is its name in JSON and SQL, Go its name in Go.
	Column, Go string
	kind       string
	resource   string
	// min and max are the limits of a number, or of a text in characters. A decimal has so many
	// digits before the point, and scale digits behind it.
	min, max     int64
	whole, scale int
	// values are those of an enum, target is the resource that a ref refers to.
	values []string
	target string
	// Optional fields may be null. Auto fields are set by the service when it creates a row.
	Optional, Auto bool
	// Unique fields have a value that no other row has. Once fields cannot be changed.
	Unique, Once bool
	// sorted means that the list can be sorted by it.
	sorted  bool
	initial *string
}

// maxDigits is how many digits of a decimal fit into the integer that it is stored as.
const maxDigits = 18

// The largest integers that every JSON parser keeps (RFC 8259, section 6).
const maxInteger = 1<<53 - 1

// kinds are the kinds of fields with their default limits.
var kinds = map[string]struct{ min, max int64 }{
	"string": {1, 200}, "text": {1, 10000}, "int": {-maxInteger, maxInteger}, "bool": {}, "enum": {}, "time": {},
	"date": {}, "decimal": {}, "email": {3, 254}, "url": {1, 2000}, "uuid": {}, "ref": {},
}

const kindsHelp = `Kinds of fields, as NAME:KIND:
  title:string:1..80         a text with that many characters (1..200 unless said)
  body:text                  a long text (1..10000)
  pages:int:1..9999          an integer
  price:decimal:10,2         an exact decimal with 10 digits, 2 of them behind the point
  done:bool  state:enum:open,closed  due:time  day:date  owner:email  site:url  key:uuid
  shelf:ref  home:ref:shelf  the id of a row of another resource
  code:string:1..20:unique   a value that no other row has
  currency:string:3..3:once  a value that cannot be changed
? at the end means that it may be null, =VALUE is its default. NAME:time:auto is
the time of creation, which clients cannot set.`

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

// parseField reads a field as in title:string:1..80, body:text? or state:enum:open,closed=open.
func parseField(resource, text string) (*field, error) {
	f, err := readField(resource, text)
	if err == nil {
		err = f.check()
	}
	if err != nil {
		return nil, fmt.Errorf("the field %q: %w", text, err)
	}
	return f, nil
}

func readField(resource, text string) (*field, error) {
	text, initial, hasDefault := strings.Cut(text, "=")
	text, optional := strings.CutSuffix(text, "?")
	parts := strings.Split(text, ":")
	if len(parts) < 2 {
		return nil, fmt.Errorf("write it as NAME:KIND, as in title:string:1..80. %s", kindsHelp)
	}
	f := &field{Column: parts[0], Go: goName(parts[0]), kind: parts[1], resource: resource, Optional: optional}
	if hasDefault {
		f.initial = &initial
	}
	limits, ok := kinds[f.kind]
	if !ok {
		return nil, fmt.Errorf("there is no kind %q. %s", f.kind, kindsHelp)
	}
	f.min, f.max = limits.min, limits.max
	if f.kind == "ref" {
		f.target = f.Column
	}
	for _, argument := range parts[2:] {
		if err := f.argument(argument); err != nil {
			return nil, err
		}
	}
	return f, nil
}

// argument reads what follows the kind.
func (f *field) argument(text string) (err error) {
	least, most, isRange := strings.Cut(text, "..")
	switch {
	case f.kind == "time" && text == "auto":
		f.Auto = true
	case text == "unique":
		f.Unique = true
	case text == "once":
		f.Once = true
	case f.kind == "decimal" && f.scale == 0:
		_, err = fmt.Sscanf(text+"\n", "%d,%d\n", &f.whole, &f.scale)
		f.whole -= f.scale
		if err != nil || f.whole < 1 || f.scale < 1 || f.whole+f.scale > maxDigits {
			return fmt.Errorf("%q needs the number of digits, at most %d, and how many of them are behind the point, as in 10,2", text, maxDigits)
		}
	case f.kind == "enum" && f.values == nil:
		f.values = strings.Split(text, ",")
	case f.kind == "ref" && f.target == f.Column:
		f.target = text
	case isRange && slices.Contains([]string{"string", "text", "int"}, f.kind):
		if f.min, err = strconv.ParseInt(least, 10, 64); err == nil {
			f.max, err = strconv.ParseInt(most, 10, 64)
		}
		if err != nil {
			return fmt.Errorf("%q is no range: write it as in 1..80", text)
		}
	default:
		return fmt.Errorf("%q means nothing for the kind %s. %s", text, f.kind, kindsHelp)
	}
	return nil
}

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

// goName makes DueDate of due_date.
func goName(column string) string {
	var name strings.Builder
	for _, part := range strings.Split(column, "_") {
		if part == "id" || part == "url" {
			name.WriteString(strings.ToUpper(part))
		} else if part != "" {
			name.WriteString(strings.ToUpper(part[:1]) + part[1:])
		}
	}
	return name.String()
}

func (f *field) isText() bool {
	return slices.Contains([]string{"string", "text", "email", "url"}, f.kind)
}

func (f *field) words() string { return strings.ReplaceAll(f.Column, "_", " ") }
