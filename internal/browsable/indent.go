package browsable

import (
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// deepestIndent is up to which depth lines are indented: what is nested as deep as JSON
// may be would be thousands of times as long.
const deepestIndent = 32

// indented returns value over several lines, for a person to read or change; in one line
// when these were too long.
func indented(value jsontext.Value) string {
	text, whole := indentedUpTo(value, 4*maxTyped)
	if !whole {
		return visible(string(value))
	}
	return visible(text)
}

// indentedUpTo returns value over several lines, as many as fit into so many bytes, and
// whether that is all of it. What is no JSON stays as it is.
func indentedUpTo(value jsontext.Value, most int) (text string, whole bool) {
	if !value.IsValid(jsontext.AllowInvalidUTF8(true), jsontext.AllowDuplicateNames(true)) {
		return shorten(string(value), most), len(value) <= most
	}
	var out strings.Builder
	depth := 0
	for rest := string(value); rest != ""; {
		n := tokenLength(rest)
		token := rest[:n]
		rest = rest[n:]
		if isValue(token[0]) || token[0] == '"' {
			out.WriteString(token)
		} else {
			depth = indentBetween(&out, token, depth)
		}
		if out.Len() > most {
			return shorten(out.String(), most), false
		}
	}
	return out.String(), true
}

// indentBetween writes what stands between values: the marks of JSON, each that opens or
// separates with a new line behind it. It returns how deep the next value is.
func indentBetween(out *strings.Builder, marks string, depth int) int {
	newLine := func() {
		out.WriteByte('\n')
		for range min(depth, deepestIndent) {
			out.WriteString("  ")
		}
	}
	last := byte(0)
	for i := range len(marks) {
		switch mark := marks[i]; mark {
		case ' ', '\t', '\r', '\n':
			continue
		case '{', '[':
			if last == '{' || last == '[' {
				newLine()
			}
			out.WriteByte(mark)
			depth++
		case '}', ']':
			depth--
			if last != '{' && last != '[' {
				newLine()
			}
			out.WriteByte(mark)
		case ',':
			out.WriteByte(mark)
			newLine()
		default:
			out.WriteString(": ")
		}
		last = marks[i]
	}
	if last == '{' || last == '[' {
		newLine()
	}
	return depth
}
