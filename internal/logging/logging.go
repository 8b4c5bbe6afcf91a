// Package logging makes the logger of the service: one line per record, on
// standard output, each with the ids of the request and the trace that it belongs to.
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
	Text = "text" // for a person at a terminal
	JSON = "json" // for a machine
)

// New returns a handler that writes records from level on to w. In both formats
// a value cannot end its line, and no character of it steers a terminal: such
// characters are spelled out.
func New(w io.Writer, format string, color bool, level slog.Leveler) slog.Handler {
	var h slog.Handler
	if format == JSON {
		h = slog.NewJSONHandler(escaper{w, true}, &slog.HandlerOptions{Level: level})
	} else {
		h = tint.NewTextHandler(escaper{w, false}, &tint.Options{Level: level, NoColor: !color, TimeFormat: "15:04:05.000", ReplaceAttr: escape})
	}
	return requestHandler{h}
}

// terminalEscapes are what tint leaves in values, or makes of their spelling: a client
// could rewrite what an operator sees. At U+FFFD tint ends the value.
var terminalEscapes = strings.NewReplacer("\x1b", "␛", `\x1b`, `\x1B`, "\ufffd", "?")

func escape(_ []string, attr slog.Attr) slog.Attr {
	switch value := attr.Value.Any().(type) {
	case string:
		attr.Value = slog.StringValue(forTerminal(value))
	case error:
		attr.Value = slog.StringValue(forTerminal(value.Error()))
	}
	return attr
}

func forTerminal(value string) string {
	return terminalEscapes.Replace(strings.ToValidUTF8(value, "?"))
}

// requestHandler adds the id of the request, and that of its trace, to every record
// that is logged on the request's context.
type requestHandler struct{ slog.Handler }

func (h requestHandler) Handle(ctx context.Context, r slog.Record) error {
	info := web.InfoFrom(ctx)
	if info.ID != "" {
		r.AddAttrs(slog.String("request_id", info.ID))
	}
	if info.TraceID != "" {
		r.AddAttrs(slog.String("trace_id", info.TraceID))
	}
	return h.Handler.Handle(ctx, r)
}

func (h requestHandler) WithAttrs(attrs []slog.Attr) slog.Handler {
	return requestHandler{h.Handler.WithAttrs(attrs)}
}

func (h requestHandler) WithGroup(name string) slog.Handler {
	return requestHandler{h.Handler.WithGroup(name)}
}
