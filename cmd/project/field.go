package main

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
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
	// Cascades means that a row is deleted with the one that it refers to.
	Cascades bool
	// goes means that it restricts, but its row is deleted with what it refers to by another way.
	goes bool
	// owned means that its row has an owner, and within that what it refers to has the same.
	owned, within bool
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
  shelf:ref  home:ref:shelf  the id of a row of another resource, which stays while this one does
  shelf:ref:cascade          the same, but a row is deleted with the one that it refers to
  code:string:1..20:unique   a value that no other row has
  currency:string:3..3:once  a value that cannot be changed
? at the end means that it may be null, =VALUE is its default. NAME:time:auto is
the time of creation, which clients cannot set.`

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
	case f.kind == "ref" && text == "cascade":
		f.Cascades = true
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
