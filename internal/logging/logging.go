// Package logging provides the log handlers and sinks of the service. A record has the ids of
// its request and of its caller.
//
// It does not know what is logged.
package logging

import (
	"context"
	"io"
	"log/slog"
	"strings"

	"github.com/lmittmann/tint"

	"example.com/templatesite/internal/web"
)

// Formats of a line.
const (
	Text = "text" // for a terminal
	JSON = "json" // for programs
)

// New returns a handler that writes records of at least that level to w, one line per record. In
// both formats, it escapes characters that could end the line or control a terminal.
func New(w io.Writer, format string, color bool, level slog.Leveler) slog.Handler {
	var h slog.Handler
	if format == JSON {
		h = slog.NewJSONHandler(escaper{w, true}, &slog.HandlerOptions{Level: level})
	} else {
		h = tint.NewTextHandler(escaper{w, false}, &tint.Options{Level: level, NoColor: !color, TimeFormat: "15:04:05.000", ReplaceAttr: escapeAttr})
	}
	return requestHandler{h}
}

// terminalReplacer replaces escapes that tint writes unescaped, or unescapes. Clients could
// otherwise rewrite what an operator sees. tint truncates a value at U+FFFD.
var terminalReplacer = strings.NewReplacer("\x1b", "␛", `\x1b`, `\x1B`, "\ufffd", "?")

func escapeAttr(_ []string, attr slog.Attr) slog.Attr {
	switch value := attr.Value.Any().(type) {
	case string:
		attr.Value = slog.StringValue(escapeTerminal(value))
	case error:
		attr.Value = slog.StringValue(escapeTerminal(value.Error()))
	}
	return attr
}

func escapeTerminal(value string) string {
	return terminalReplacer.Replace(strings.ToValidUTF8(value, "?"))
}

// requestHandler adds the ids of the request, and who sends it, to records that are logged
// with the request's context.
type requestHandler struct{ slog.Handler }

func (h requestHandler) Handle(ctx context.Context, r slog.Record) error {
	info := web.InfoFrom(ctx)
	if info.RequestID != "" {
		r.AddAttrs(slog.String("request_id", info.RequestID))
	}
	if info.TraceID != "" { // feature: traces
		r.AddAttrs(slog.String("trace_id", info.TraceID))
	}
	if info.Caller != nil {
		r.AddAttrs(slog.String("caller", info.Caller.ID), slog.String("caller_name", info.Caller.Name))
	}
	return h.Handler.Handle(ctx, r)
}

func (h requestHandler) WithAttrs(attrs []slog.Attr) slog.Handler {
	return requestHandler{h.Handler.WithAttrs(attrs)}
}

func (h requestHandler) WithGroup(name string) slog.Handler {
	return requestHandler{h.Handler.WithGroup(name)}
}
