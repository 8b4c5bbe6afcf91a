package browsable

import (
	"cmp"
	"math"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/danielgtaylor/huma/v2"
)

// number makes f a control for the numbers that the schema allows.
func (f *field) number() {
	s := f.schema
	f.Control, f.Type, f.Step = "input", "number", "any"
	if s.Type == huma.TypeInteger {
		f.Step = "1"
	}
	f.Min, f.Max = number(s.Minimum), number(s.Maximum)
	f.Limits = limits(f.Min, f.Max, "")
	if s.MultipleOf == nil {
		return
	}
	f.Step = number(s.MultipleOf)
	if s.Minimum != nil {
		// Browsers count the steps from the minimum, the API counts them from 0. Both
		// roundings remove floating-point errors.
		steps := math.Ceil(math.Round(*s.Minimum / *s.MultipleOf * 1e9) / 1e9)
		f.Min = strconv.FormatFloat(steps**s.MultipleOf, 'g', 15, 64)
	}
}

// inputTypes are the types of input for formats that browsers and the API write the same way.
var inputTypes = map[string]string{"date": "date", "date-time": dateTime, "email": "email", "uri": "url", "password": "password"}

// typed are the formats that users type as text, with a help text and an example. A date-time
// is typed only in a query, because the filter has no hidden control for its zone (see
// date_time.go).
var typed = map[string]struct{ help, example string }{
	"date-time": {"Date, time and zone: 2017-07-30T15:22:42Z, or 2017-07-30T17:22:42+02:00.", "2017-07-30T15:22:42Z"},
	"time":      {"Time, with or without a zone: 15:22:42, or 17:22:42+02:00.", "15:22:42"},
	"duration":  {"Hours, minutes and seconds: 1h30m, or 2.5s.", "1h30m"},
}

// longText is the maximum length of a text whose control has a single line.
const longText = 80

// text makes f a control for the texts that the schema allows.
func (f *field) text() {
	s := f.schema
	f.Control, f.Type = "input", cmp.Or(inputTypes[s.Format], "text")
	if s.Format == "" && s.Pattern == "" && (s.MaxLength == nil || *s.MaxLength > longText) {
		f.Control = "textarea"
	}
	if s.Pattern != "" {
		// In a browser the whole text must match, in the API a part of it.
		f.Pattern = ".*(?:" + s.Pattern + ").*"
	}
	var least, most string
	if s.MinLength != nil && *s.MinLength > 0 {
		least = strconv.Itoa(*s.MinLength)
	}
	if s.MaxLength != nil {
		most = strconv.Itoa(*s.MaxLength)
		// Browsers count UTF-16 units, of which a character has one or two: this bound
		// refuses nothing that the API accepts.
		f.MaxLength = 2 * *s.MaxLength
	}
	f.Limits = cmp.Or(sentence(s.PatternDescription), limits(least, most, " characters"), typed[s.Format].help)
	f.Placeholder = cmp.Or(f.Placeholder, typed[s.Format].example)
	if f.Type == dateTime {
		f.Step, f.Max = "1", "9999-12-31T23:59:59" // seconds, and years of four digits
	}
}

// limits returns a sentence, because the page shows it on a separate line.
func limits(least, most, unit string) string {
	if cmp.Or(most, least) == "1" {
		unit = strings.TrimSuffix(unit, "s")
	}
	switch {
	case least != "" && least == most:
		return least + unit + "."
	case least != "" && most != "":
		return least + " to " + most + unit + "."
	case least != "":
		return "At least " + least + unit + "."
	case most != "":
		return "At most " + most + unit + "."
	}
	return ""
}

// sentence begins text with a capital, and ends it with a full stop.
func sentence(text string) string {
	if text == "" {
		return ""
	}
	first, size := utf8.DecodeRuneInString(text)
	return string(unicode.ToUpper(first)) + strings.TrimSuffix(text[size:], ".") + "."
}

func number(n *float64) string {
	if n == nil {
		return ""
	}
	return strconv.FormatFloat(*n, 'f', -1, 64)
}

// inQuery makes f the control of a query parameter: always one line, with commas between
// the values of a list.
func (f *field) inQuery() {
	switch {
	case f.schema.Type == huma.TypeArray:
		f.Control, f.Type, f.Limits, f.Placeholder = "input", "text", "Separate several values with commas.", ""
	case f.Control == "textarea":
		f.Control = "input"
	case f.Type == dateTime:
		f.Type, f.Step, f.Max, f.Original, f.Limits = "text", "", "", "", typed["date-time"].help
	}
}

// InputType is text if a browser would not show the value in an input of the field's type.
func (f *field) InputType() string {
	var err error
	switch {
	case f.Value == "":
	case f.Type == "number":
		_, err = strconv.ParseFloat(f.Value, 64)
	case f.Type == "date":
		_, err = time.Parse(time.DateOnly, f.Value)
	case f.Type == dateTime && !isDateTime(f.Value):
		return "text"
	}
	if err != nil {
		return "text"
	}
	return f.Type
}

// InputPlaceholder is empty for controls of dates and times: browsers show their parts instead.
func (f *field) InputPlaceholder() string {
	if kind := f.InputType(); kind == "date" || kind == dateTime {
		return ""
	}
	return f.Placeholder
}
