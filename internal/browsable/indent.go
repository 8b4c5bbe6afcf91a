package browsable

import (
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

const (
	// maxIndent bounds the indentation: JSON with thousands of levels would become
	// thousands of times as long.
	maxIndent = 32
	// maxMarks is how many braces and commas in a row are indented before the length of the
	// result is checked.
	maxMarks = 1000
)

// indented returns value over several lines, for reading and editing, or in one line if that would
// be too long.
func indented(value jsontext.Value) string {
	text, whole := indentedUpTo(value, 4*maxTyped)
	if !whole {
		return visible(string(value))
	}
	return visible(text)
}

// indentedUpTo returns value over several lines, up to limit bytes, and reports whether that
// is all of it. A value that is not JSON is returned as it is.
func indentedUpTo(value jsontext.Value, limit int) (text string, whole bool) {
	if !value.IsValid(jsontext.AllowInvalidUTF8(true), jsontext.AllowDuplicateNames(true)) {
		return shorten(string(value), limit), len(value) <= limit
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
		if out.Len() > limit {
			return shorten(out.String(), limit), false
		}
	}
	return out.String(), true
}

// indentMarks writes the braces, brackets, commas and colons between two values, and starts
// new lines where needed. It returns the depth of the next value.
func indentMarks(out *strings.Builder, marks string, depth int) int {
	newLine := func() {
		out.WriteByte('\n')
		for range min(depth, maxIndent) {
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

// tokenLength returns the length of the token at the beginning of text: a string, a number
// or a word, or everything before the next of these.
func tokenLength(text string) int {
	if text[0] == '"' {
		for i := 1; i < len(text); i++ {
			switch text[i] {
			case '\\':
				i++
			case '"':
				return i + 1
			}
		}
		return len(text)
	}
	value := isValue(text[0])
	for i := 1; i < len(text); i++ {
		if text[i] == '"' || isValue(text[i]) != value {
			return i
		}
	}
	return len(text)
}

// isValue reports whether c is part of a number, true, false or null.
func isValue(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c == '-' || c == '+' || c == '.' || c == 'E'
}
