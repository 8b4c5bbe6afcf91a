package logging

import (
	"bytes"
	"encoding/binary"
	"io"
	"strconv"
	"unicode"
	"unicode/utf8"
)

// escaper escapes characters that could control the terminal that shows a line. The handlers
// of slog escape what could end a line or a value, but not C1 controls, and not characters
// that are invisible or change the direction of text.
type escaper struct {
	w io.Writer
	// json means that lines are JSON. Escapes in it are escaped twice, because jq -r would
	// decode the handler's \u001b and print the character.
	json bool
}

// Write takes one line. Most are plain, and are written unchanged.
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

// isPlain reports whether line is ASCII without DEL. It checks eight bytes at a time.
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

// isUnsafe reports whether c is a control or format character, other than a tab or a line feed.
// Callers handle line feeds.
func isUnsafe(c rune) bool {
	if c < 0x7f {
		return c < ' ' && c != '\n' && c != '\t'
	}
	return unicode.In(c, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp)
}

// escapeText does not change ASCII: the handler has escaped it, and colors its output with ESC.
func escapeText(line []byte) []byte {
	out := make([]byte, 0, len(line)+64)
	for len(line) > 0 {
		c, size := utf8.DecodeRune(line)
		switch {
		case c == utf8.RuneError && size == 1:
			out = append(out, '?')
		case c >= 0x7f && isUnsafe(c):
			out = appendEscape(out, c)
		default:
			out = append(out, line[:size]...)
		}
		line = line[size:]
	}
	return out
}

// stackKey precedes the only value that may contain line feeds. A client cannot forge it,
// because quotes in a value are escaped.
var stackKey = []byte(`"stack":"`)

// escapeJSON escapes the unsafe characters of a line of JSON, including those escaped once.
func escapeJSON(line []byte) []byte {
	out := make([]byte, 0, len(line)+64)
	inStack := false
	for len(line) > 0 {
		c, size := nextJSONRune(line)
		switch {
		case isUnsafe(c), c == '\n' && size > 1 && !inStack:
			out = appendEscape(append(out, '\\'), c)
		case c == '"' && size == 1 && bytes.HasPrefix(line, stackKey):
			inStack, size = true, len(stackKey)
			out = append(out, stackKey...)
		default:
			inStack = inStack && (c != '"' || size > 1)
			out = append(out, line[:size]...)
		}
		line = line[size:]
	}
	return out
}

// nextJSONRune returns the next character of a line of JSON, decoded, and its length in the line.
func nextJSONRune(line []byte) (c rune, size int) {
	if line[0] != '\\' || len(line) < 2 {
		return utf8.DecodeRune(line)
	}
	switch line[1] {
	case 'b', 'f', 'r': // '\r' stands for all three; slog writes only \r
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

// appendEscape appends c as an escape of Go.
func appendEscape(out []byte, c rune) []byte {
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
