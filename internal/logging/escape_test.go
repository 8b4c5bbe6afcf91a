package logging_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"example.com/templatesite/internal/logging"
)

// unsafeTexts change how a terminal, less or an editor shows the rest of a line: C0 and C1
// controls, changes of direction, and invisible characters.
var unsafeTexts = []string{
	"\n{", "\x00", "\a", "\b", "\f", "\r", "\v", "\x1b[31m", "\x1b]0;title\a", "\x7f", "\u0080", "\u0085", "\u009b31m", "\u009d0;title\u009c", "\u009f",
	"\u061c", "\u200e", "\u200f", "\u202a", "\u202b", "\u202c", "\u202d", "\u202e", "\u2066", "\u2067", "\u2068", "\u2069",
	"\u2028", "\u2029", "\ufeff", "\u200b", "\u2060", "\u00ad", "\ufff9", "\U000e0041", "\x9b31m", "\xff", `\x1b[31m`,
}

// findUnsafe returns the first unsafe rune of a line, or 0.
func findUnsafe(line string, allowed string) rune {
	for i, c := range line {
		raw := c == utf8.RuneError && !strings.HasPrefix(line[i:], "\ufffd")
		if raw || unicode.In(c, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp) && !strings.ContainsRune(allowed, c) {
			return c
		}
	}
	return 0
}

func TestLinesHaveNoUnsafeCharacters(t *testing.T) {
	t.Parallel()
	for _, chars := range unsafeTexts {
		var text, colored, line bytes.Buffer
		log := slog.New(slog.NewMultiHandler(
			logging.New(&text, logging.Text, false, slog.LevelInfo), logging.New(&colored, logging.Text, true, slog.LevelInfo),
			logging.New(&line, logging.JSON, false, slog.LevelInfo)))
		value := "größe 🧱 " + chars + " after"
		log.With("with", value).Info("message", "path", value, "error", errors.New(value), slog.Group("group", "inner", value))
		for name, got := range map[string]string{"text": text.String(), "JSON": line.String()} {
			if c := findUnsafe(strings.TrimSuffix(got, "\n"), ""); c != 0 || !strings.Contains(got, "größe 🧱") || !strings.Contains(got, " after") {
				t.Errorf("%q in %s leaves %q: %q", chars, name, c, got)
			}
		}
		if c := findUnsafe(strings.TrimSuffix(colored.String(), "\n"), "\x1b"); c != 0 || strings.Contains(colored.String(), "\x1b[31m") || strings.Contains(colored.String(), "\x1b]") {
			t.Errorf("%q in color leaves %q: %q", chars, c, colored.String())
		}
		decoder := json.NewDecoder(&line)
		for {
			token, err := decoder.Token()
			if errors.Is(err, io.EOF) {
				break
			} else if err != nil {
				t.Fatalf("%q makes a line that is not JSON: %v", chars, err)
			}
			if decoded, ok := token.(string); ok && findUnsafe(decoded, "") != 0 {
				t.Errorf("%q is unsafe in the output of jq -r: %q", chars, decoded)
			}
		}
	}
}

func TestMessagesAndKeysHaveNoUnsafeCharacters(t *testing.T) {
	t.Parallel()
	for _, format := range []string{logging.Text, logging.JSON} {
		var output bytes.Buffer
		slog.New(logging.New(&output, format, false, slog.LevelInfo)).Info("a\u202eb\u009bc\x7fd", "e\u2066f", 1)
		if c := findUnsafe(strings.TrimSuffix(output.String(), "\n"), ""); c != 0 || !strings.Contains(output.String(), `u202eb`) {
			t.Errorf("%s leaves %q: %q", format, c, output.String())
		}
	}
}

func TestStackKeepsItsLines(t *testing.T) {
	t.Parallel()
	const stack = "goroutine 1 [running]:\nmain.main()\n\tC:\\u001b\\main.go:1 \"größe\" <x>\n"
	var output bytes.Buffer
	slog.New(logging.New(&output, logging.JSON, false, slog.LevelInfo)).Info("panic", "stack", stack, "path", "\"stack\":\"\nforged")
	var record struct{ Stack, Path string }
	if err := json.Unmarshal(output.Bytes(), &record); err != nil || record.Stack != stack || record.Path != `"stack":"\u000aforged` {
		t.Errorf("%v: %q, %q", err, record.Stack, record.Path)
	}
}

func BenchmarkLine(b *testing.B) {
	for _, format := range []string{logging.JSON, logging.Text} {
		for name, path := range map[string]string{"ordinary": "/shelf/1", "umlaut": "/größe", "hostile": strings.Repeat("\u202e", 340), "controls": strings.Repeat("\x1b", 1024)} {
			b.Run(format+"/"+name, func(b *testing.B) {
				log := slog.New(logging.New(io.Discard, format, false, slog.LevelInfo))
				b.ReportAllocs()
				for b.Loop() {
					log.LogAttrs(b.Context(), slog.LevelInfo, "request", slog.String("method", "GET"), slog.String("route", "/shelf/{id}"), slog.String("path", path),
						slog.Int("status", 200), slog.Float64("duration", 0.000123456), slog.Int64("bytes", 123), slog.String("client", "203.0.113.9"))
				}
			})
		}
	}
}
