package logging

import (
	"bytes"
	"encoding/binary"
	"io"
	"strconv"
	"unicode"
	"unicode/utf8"
)

// escaper spells out what would steer the terminal that shows a line. The handlers
// escape what could end a line or its value, which leaves C1 controls and characters
// that turn the direction of text or are invisible.
type escaper struct {
	w io.Writer
	// json says that lines are JSON. There, such a character is spelled for whoever sees
	// the value: jq -r would print what the handler's own \u001b stands for.
	json bool
}

// Write takes one line. Most are plain, and are written as they are.
func (e escaper) Write(line []byte) (int, error) {
	escaped := line
	switch {
	case e.json && (!isPlain(line) || bytes.IndexByte(line, '\\') >= 0):
		escaped = escapeJSON(line)
	case !e.json && !isPlain(line):
		escaped = escapeText(line)
	}
	if _, err := e.w.Write(escaped); err != nil {
		return 0, err
	}
	return len(line), nil
}

// isPlain reports whether line has only ASCII, looking at eight bytes at once, and no DEL.
func isPlain(line []byte) bool {
	const high = 0x8080808080808080
	rest := line
	for ; len(rest) >= 8; rest = rest[8:] {
		if binary.NativeEndian.Uint64(rest)&high != 0 {
			return false
		}
	}
	for _, c := range rest {
		if c >= utf8.RuneSelf {
			return false
		}
	}
	return bytes.IndexByte(line, 0x7f) < 0
}

// steers reports whether c is a control or changes how the text around it is shown.
// It leaves tabs, and line feeds to its callers.
func steers(c rune) bool {
	if c < 0x7f {
		return c < ' ' && c != '\n' && c != '\t'
	}
	return unicode.In(c, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp)
}

// escapeText leaves ASCII: the handler has dealt with it, and its colors are escapes.
func escapeText(line []byte) []byte {
	out := make([]byte, 0, len(line)+64)
	for len(line) > 0 {
		c, size := utf8.DecodeRune(line)
		switch {
		case c == utf8.RuneError && size == 1:
			out = append(out, '?')
		case c >= 0x7f && steers(c):
			out = spell(out, c)
		default:
			out = append(out, line[:size]...)
		}
		line = line[size:]
	}
	return out
}

// stackBegins is in front of the one value that has lines of its own. A client cannot
// write it, as quotes in a value are escaped.
var stackBegins = []byte(`"stack":"`)

// escapeJSON goes through a line of JSON, with what is escaped in it already.
func escapeJSON(line []byte) []byte {
	out := make([]byte, 0, len(line)+64)
	inStack := false
	for len(line) > 0 {
		c, size := nextOfJSON(line)
		switch {
		case steers(c), c == '\n' && size > 1 && !inStack:
			out = spell(append(out, '\\'), c)
		case c == '"' && size == 1 && bytes.HasPrefix(line, stackBegins):
			inStack, size = true, len(stackBegins)
			out = append(out, stackBegins...)
		default:
			inStack = inStack && (c != '"' || size > 1)
			out = append(out, line[:size]...)
		}
		line = line[size:]
	}
	return out
}

// nextOfJSON returns the next character of a line of JSON, or of a value in it.
func nextOfJSON(line []byte) (c rune, size int) {
	if line[0] != '\\' || len(line) < 2 {
		return utf8.DecodeRune(line)
	}
	switch line[1] {
	case 'b', 'f', 'r': // one stands for all: slog itself writes only the last so
		return '\r', 2
	case 'n':
		return '\n', 2
	case 'u':
		if len(line) >= 6 {
			if code, err := strconv.ParseUint(string(line[2:6]), 16, 16); err == nil {
				return rune(code), 6
			}
		}
	}
	return rune(line[1]), 2
}

// spell appends c as Go writes it.
func spell(out []byte, c rune) []byte {
	digits := 4
	out = append(out, '\\', 'u')
	if c > 0xffff {
		out[len(out)-1], digits = 'U', 8
	}
	for shift := 4 * (digits - 1); shift >= 0; shift -= 4 {
		out = append(out, "0123456789abcdef"[c>>shift&0xf])
	}
	return out
}
