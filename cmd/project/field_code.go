package main

import (
	"cmp"
	"fmt"
	"strings"
)

// pointer reports whether nil is a value of the field, or needed to tell an absent value from
// a zero value that is not the default.
func (f *field) pointer() bool {
	zero := f.kind == "bool" && f.initial != nil && *f.initial == "true" ||
		f.kind == "int" && f.initial != nil && *f.initial != "0" && f.min <= 0 && f.max >= 0
	return f.Optional || zero
}

// Type is the type of the field in Go.
func (f *field) Type() string {
	if f.pointer() {
		return "*" + f.goType()
	}
	return f.goType()
}

func (f *field) goType() string {
	return cmp.Or(map[string]string{"int": "int64", "ref": "int64", "bool": "bool", "time": "time.Time"}[f.kind], "string")
}

// Tag is the tag of the field in Go.
func (f *field) Tag() string {
	name := f.Column
	if f.Optional || f.initial != nil {
		name += ",omitempty"
	}
	tags := append([]string{tag("json", name)}, f.limits()...)
	if f.Unique {
		tags = append(tags, tag("unique", true))
	}
	if f.Once {
		tags = append(tags, tag("once", true))
	}
	if f.kind == "ref" {
		tags = append(tags, tag("ref", f.target))
	}
	if f.Cascades {
		tags = append(tags, tag("onDelete", "cascade"))
	}
	if f.initial != nil {
		tags = append(tags, tag("default", *f.initial))
	}
	example := strings.Trim(f.First(), `"`)
	return "`" + strings.Join(append(tags, tag("doc", f.doc()), tag("example", example)), " ") + "`"
}

// limits are the tags that describe what values it may have.
func (f *field) limits() []string {
	var tags []string
	switch {
	case f.kind == "enum":
		tags = append(tags, tag("enum", strings.Join(f.values, ",")))
	case f.kind == "ref":
		tags = append(tags, tag("minimum", "1"))
	case f.kind == "int":
		tags = append(tags, tag("minimum", f.min), tag("maximum", f.max))
	case f.kind == "date":
		tags = append(tags, tag("format", "date"), tag("pattern", "^0*[1-9]"), tag("patternDescription", "a year from 1 to 9999"))
	case f.kind == "decimal":
		tags = append(tags, tag("pattern", f.pattern()), tag("patternDescription", fmt.Sprintf("digits, at most %d before the point and %d behind it", f.whole, f.scale)))
	case f.kind == "email":
		tags = append(tags, tag("format", "email"), tag("maxLength", f.max))
	case f.kind == "uuid":
		tags = append(tags, tag("format", "uuid"), tag("pattern", uuidPattern), tag("patternDescription", "a UUID in lower case"))
	case f.kind == "url":
		tags = append(tags, tag("format", "uri"), tag("minLength", f.min), tag("maxLength", f.max))
	case f.isText() && f.min > 0:
		tags = append(tags, tag("minLength", f.min), tag("maxLength", f.max))
	case f.isText():
		tags = append(tags, tag("maxLength", f.max))
	}
	return tags
}

func tag(name string, value any) string { return fmt.Sprintf("%s:%q", name, fmt.Sprint(value)) }

func (f *field) doc() string {
	text := strings.TrimSuffix(f.meaning(), ".")
	switch {
	case f.Unique && f.Once:
		text += ", which no other " + f.resource + f.ofOwner() + " has, and which cannot be changed"
	case f.Unique:
		text += ", which no other " + f.resource + f.ofOwner() + " has"
	case f.Once:
		text += ", which cannot be changed"
	}
	if f.Cascades {
		text += ". If that is deleted, so is this " + f.resource
	}
	return text + "."
}

func (f *field) meaning() string {
	switch {
	case f.Auto:
		return "When it was created, in UTC to the microsecond."
	case f.kind == "time":
		return strings.ToUpper(f.Column[:1]) + f.words()[1:] + ": a time with its zone."
	case f.kind == "bool":
		return "Whether it is " + strings.TrimPrefix(f.words(), "is ") + "."
	case f.kind == "ref":
		return "The id of its " + f.words() + "."
	}
	return "The " + f.words() + "."
}

// Scan is where a row's Scan puts the field, Value the argument of a statement.
func (f *field) Scan() string { return f.in("&" + variable(f.resource)) }

// Value is the argument of a statement for the field.
func (f *field) Value() string { return f.in(variable(f.resource)) }

// Was and Is are the arguments before and after a change.
func (f *field) Was() string { return f.in("before") }

// Is is the argument after a change.
func (f *field) Is() string { return f.in("f") }

// in is the field of a row in a variable, which & may precede.
func (f *field) in(row string) string {
	column, name := f.webColumn(), strings.TrimPrefix(row, "&")+"."+f.Go
	switch {
	case column == "":
		return row + "." + f.Go
	case f.Optional:
		return "web.Optional" + fmt.Sprintf(column, name)
	}
	return "web." + fmt.Sprintf(column, name)
}

// webColumn is the web.Column of the field, with the place of its variable, or "".
func (f *field) webColumn() string {
	return map[string]string{"time": "Timestamp(&%s)", "date": "Date(&%s)", "decimal": fmt.Sprintf("Decimal(&%%s, %d)", f.scale)}[f.kind]
}

// uuidPattern is the form in which every engine returns a UUID.
const uuidPattern = "^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"

// pattern is the regular expression of a decimal.
func (f *field) pattern() string {
	return fmt.Sprintf(`^-?[0-9]{1,%d}([.][0-9]{1,%d})?$`, f.whole, f.scale)
}
