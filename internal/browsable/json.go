package browsable

import (
	"bytes"
	"regexp"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// member is one member of a JSON object that keeps its order.
type member struct {
	name  string
	value jsontext.Value
}

func object(members []member) jsontext.Value {
	text := []byte{'{'}
	for i, m := range members {
		if i > 0 {
			text = append(text, ',')
		}
		text = append(append(text, marshal(m.name)...), ':')
		text = append(text, m.value...)
	}
	return append(text, '}')
}

// marshal cannot fail: invalid UTF-8 was refused before.
func marshal(value any) jsontext.Value {
	data, err := json.Marshal(value, jsontext.AllowInvalidUTF8(true))
	if err != nil {
		panic(err)
	}
	return data
}

// members returns the members of a JSON object, or nil if value is something else.
func members(value jsontext.Value) map[string]jsontext.Value {
	var all map[string]jsontext.Value
	if value.Kind() != '{' || json.Unmarshal(value, &all, jsontext.AllowInvalidUTF8(true)) != nil {
		return nil
	}
	return all
}

func unquoted(value jsontext.Value) string {
	var text string
	if value.Kind() != '"' || json.Unmarshal(value, &text, jsontext.AllowInvalidUTF8(true)) != nil {
		return ""
	}
	return text
}

// covers reports whether sent contains everything in stored. A null may be left out.
func covers(sent, stored jsontext.Value) bool {
	switch stored.Kind() {
	case 'n':
		return sent == nil || sent.Kind() == 'n'
	case '{':
		parts := members(sent)
		for name, value := range members(stored) {
			if !covers(parts[name], value) {
				return false
			}
		}
		return sent.Kind() == '{'
	}
	return same(sent, stored)
}

// same reports whether two values are equal, apart from the order of members and the escaping
// of strings.
func same(a, b jsontext.Value) bool {
	a, b = a.Clone(), b.Clone()
	asWritten := []jsontext.Options{jsontext.CanonicalizeRawInts(false), jsontext.CanonicalizeRawFloats(false)}
	return a.Canonicalize(asWritten...) == nil && b.Canonicalize(asWritten...) == nil && bytes.Equal(a, b)
}

// isEmpty reports whether a value shows as an empty control.
func isEmpty(value jsontext.Value) bool {
	return value == nil || value.Kind() == 'n' || string(value) == `""`
}

// visible replaces the characters that change the direction of text with JSON's escapes,
// because they can disguise one text as another.
func visible(text string) string {
	return directions.ReplaceAllStringFunc(text, func(control string) string {
		return strings.Trim(strconv.QuoteToASCII(control), `"`)
	})
}

var directions = regexp.MustCompile(`[\x{202A}-\x{202E}\x{2066}-\x{2069}]`)
