package browsable

import (
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

const (
	// deepestIndent bounds the indentation: JSON that nests thousands of levels would become
	// thousands of times as long.
	deepestIndent = 32
	// maxMarks is how many braces and commas in a row are indented before the length of the
	// result is looked at.
	maxMarks = 1000
)

// indented returns value over several lines, for a person to read or change, or in one
// line when that would be too long.
func indented(value jsontext.Value) string {
	text, whole := indentedUpTo(value, 4*maxTyped)
	if !whole {
		return visible(string(value))
	}
	return visible(text)
}

// indentedUpTo returns value over several lines, at most so many bytes of them, and reports
// whether that is all of it. What is not JSON stays as it is.
func indentedUpTo(value jsontext.Value, most int) (text string, whole bool) {
	if !value.IsValid(jsontext.AllowInvalidUTF8(true), jsontext.AllowDuplicateNames(true)) {
		return shorten(string(value), most), len(value) <= most
	}
	var out strings.Builder
	depth := 0
	for rest := string(value); rest != ""; {
		isMark := rest[0] != '"' && !isValue(rest[0])
		ahead := rest
		if isMark {
			ahead = rest[:min(len(rest), maxMarks)]
		}
		token := ahead[:tokenLength(ahead)]
		rest = rest[len(token):]
		if isMark {
			depth = indentMarks(&out, token, depth)
		} else {
			out.WriteString(token)
		}
		if out.Len() > most {
			return shorten(out.String(), most), false
		}
	}
	return out.String(), true
}

// indentMarks writes the braces, brackets, commas and colons between two values, and starts
// new lines where needed. It returns the depth of the next value.
func indentMarks(out *strings.Builder, marks string, depth int) int {
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
