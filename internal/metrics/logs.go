package metrics

import (
	"context"
	"log/slog"

	"github.com/prometheus/client_golang/prometheus"
)

// LogSink registers the count of records that the log sink of this name has dropped.
func (r Registry) LogSink(name string, dropped func() uint64) {
	r.MustRegister(prometheus.NewCounterFunc(prometheus.CounterOpts{
		Name: "log_records_dropped_total", Help: "Log records dropped because their sink was slow or gone.",
		ConstLabels: prometheus.Labels{"sink": name},
	}, func() float64 { return float64(dropped()) }))
}

// LogRecords returns a handler that counts records by level and passes them to next.
func (r Registry) LogRecords(next slog.Handler) slog.Handler {
	records := prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "log_records_total", Help: "Log records by level, including dropped ones.",
	}, []string{"level"})
	r.MustRegister(records)
	return logCounter{next, &levels{
		debug: records.WithLabelValues("debug"), info: records.WithLabelValues("info"),
		warn: records.WithLabelValues("warn"), err: records.WithLabelValues("error"),
	}}
}

type levels struct{ debug, info, warn, err prometheus.Counter }

// of returns the counter of a level. A level between two named ones counts as the lower.
func (l *levels) of(level slog.Level) prometheus.Counter {
	switch {
	case level < slog.LevelInfo:
		return l.debug
	case level < slog.LevelWarn:
		return l.info
	case level < slog.LevelError:
		return l.warn
	}
	return l.err
}

type logCounter struct {
	slog.Handler
	levels *levels
}

func (h logCounter) Handle(ctx context.Context, record slog.Record) error {
	h.levels.of(record.Level).Inc()
	return h.Handler.Handle(ctx, record)
}

func (h logCounter) WithAttrs(attrs []slog.Attr) slog.Handler {
	return logCounter{h.Handler.WithAttrs(attrs), h.levels}
}

func (h logCounter) WithGroup(name string) slog.Handler {
	return logCounter{h.Handler.WithGroup(name), h.levels}
}
