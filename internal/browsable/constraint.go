package browsable

import (
	"cmp"
	"math"
	"strconv"
	"time"

	"github.com/danielgtaylor/huma/v2"
)

// number sets what holds a control to numbers as the schema describes them.
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
		// Browsers count the steps from the least value, the API counts them from 0.
		// Both roundings take away what floats have too much.
		steps := math.Ceil(math.Round(*s.Minimum / *s.MultipleOf * 1e9) / 1e9)
		f.Min = strconv.FormatFloat(steps**s.MultipleOf, 'g', 15, 64)
	}
}

// inputTypes are those of the formats for which browsers have a control that holds
// what the API takes.
var inputTypes = map[string]string{"date": "date", "email": "email", "uri": "url", "password": "password"}

// text sets what holds a control to texts as the schema describes them.
func (f *field) text() {
	s := f.schema
	f.Control, f.Type = "input", cmp.Or(inputTypes[s.Format], "text")
	if s.Format == "" && s.Pattern == "" && (s.MaxLength == nil || *s.MaxLength > longText) {
		f.Control = "textarea"
	}
	if s.Pattern != "" {
		// Browsers want all of the text to match, the API wants a part of it.
		f.Pattern = ".*(?:" + s.Pattern + ").*"
	}
	var least, most string
	if s.MinLength != nil && *s.MinLength > 0 {
		least = strconv.Itoa(*s.MinLength)
	}
	if s.MaxLength != nil {
		most = strconv.Itoa(*s.MaxLength)
		// Browsers count UTF-16 units, of which a character has one or two: this
		// bound refuses nothing that the API takes.
		f.MaxLength = 2 * *s.MaxLength
	}
	f.Limits = cmp.Or(s.PatternDescription, limits(least, most, " characters"))
}

func limits(least, most, unit string) string {
	switch {
	case least != "" && most != "":
		return least + " to " + most + unit
	case least != "":
		return "at least " + least + unit
	case most != "":
		return "at most " + most + unit
	}
	return ""
}

func number(n *float64) string {
	if n == nil {
		return ""
	}
	return strconv.FormatFloat(*n, 'f', -1, 64)
}

// InputType is a plain one when that of f would not show the value.
func (f *field) InputType() string {
	var err error
	switch {
	case f.Value == "":
	case f.Type == "number":
		_, err = strconv.ParseFloat(f.Value, 64)
	case f.Type == "date":
		_, err = time.Parse(time.DateOnly, f.Value)
	}
	if err != nil {
		return "text"
	}
	return f.Type
}
