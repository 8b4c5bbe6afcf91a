package app

import (
	"cmp"
	"io"
	"log/slog"
	"os"
	"slices"
	"time"

	"example.com/templatesite/internal/logging"
)

// flushTimeout is how long the service waits at shutdown for the log to be written.
const flushTimeout = time.Second

// sink is where log records go.
type sink struct {
	name    string
	handler slog.Handler
	// dropped returns the number of records that were lost.
	dropped func() uint64
	// close waits until all records are written, at most this long.
	close func(time.Duration)
}

type sinks []sink

// log returns the log that writes to all sinks.
func (all sinks) log() *slog.Logger {
	handlers := make([]slog.Handler, len(all))
	for i, s := range all {
		handlers[i] = s.handler
	}
	if len(handlers) == 1 {
		return slog.New(handlers[0])
	}
	return slog.New(slog.NewMultiHandler(handlers...))
}

// close closes the sinks. The standard output is the first and is closed last.
func (all sinks) close() {
	for _, s := range slices.Backward(all) {
		s.close(flushTimeout)
	}
}

// stdoutSink is the log on the standard output.
func (p *program) stdoutSink(level slog.Leveler) sink {
	handler := func(w io.Writer) slog.Handler { return p.stdoutHandler(w, level) }
	buffer := logging.NewBuffer(p.stdout, handler)
	return sink{"stdout", handler(buffer), buffer.Dropped, buffer.Close}
}

func (p *program) stdoutHandler(w io.Writer, level slog.Leveler) slog.Handler {
	terminal := isTerminal(p.stdout)
	format := logging.JSON
	if terminal {
		format = logging.Text
	}
	format = cmp.Or(string(p.config.LogFormat), format)
	handler := logging.New(w, format, terminal && !p.noColor, level)
	// Programs collect the logs of many hosts: a container or a pod is one, under its name.
	if host, err := os.Hostname(); err == nil && format == logging.JSON {
		handler = handler.WithAttrs([]slog.Attr{slog.String("host", host)})
	}
	return handler
}
