package logging

import (
	"bytes"
	"context"
	"log/slog"
	"strings"
	"sync"
	"unicode"

	"example.com/templatesite/internal/web"
)

// Handler returns a handler that sends records of at least that level.
func (s *Syslog) Handler(level slog.Leveler) slog.Handler {
	shared := &shared{}
	withoutBuiltins := func(groups []string, attr slog.Attr) slog.Attr {
		if len(groups) == 0 && (attr.Key == slog.TimeKey || attr.Key == slog.LevelKey || attr.Key == slog.MessageKey) {
			return slog.Attr{} // these are in the message already
		}
		return attr
	}
	text := slog.NewTextHandler(&shared.text, &slog.HandlerOptions{Level: level, ReplaceAttr: withoutBuiltins})
	return requestHandler{&syslogHandler{text, s, shared}}
}

// syslogHandler formats records as messages.
type syslogHandler struct {
	slog.Handler
	syslog *Syslog
	*shared
}

// shared is the buffer that the text handler writes into, one record at a time.
type shared struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (h *syslogHandler) Handle(ctx context.Context, r slog.Record) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.text.Reset()
	if err := h.Handler.Handle(ctx, r); err != nil {
		return err
	}
	text := strings.TrimSpace(oneLine(r.Message) + " " + h.text.String())
	_, err := h.syslog.Write(h.syslog.message(r.Level, r.Time, web.InfoFrom(ctx).RequestID, text))
	return err
}

func (h *syslogHandler) WithAttrs(attrs []slog.Attr) slog.Handler {
	return &syslogHandler{h.Handler.WithAttrs(attrs), h.syslog, h.shared}
}

func (h *syslogHandler) WithGroup(name string) slog.Handler {
	return &syslogHandler{h.Handler.WithGroup(name), h.syslog, h.shared}
}

// oneLine replaces control characters, which could end the line or control a terminal.
func oneLine(message string) string {
	return strings.Map(func(c rune) rune {
		if unicode.IsControl(c) || isUnsafe(c) {
			return ' '
		}
		return c
	}, message)
}
