package app

import (
	"log/slog"
	"strings"
	"time"

	"example.com/templatesite/internal/database"
	"example.com/templatesite/internal/health"
	"example.com/templatesite/internal/tracing"
	"example.com/templatesite/internal/web"
)

// traceFlushTimeout is how long the end of the service waits for the collector of traces.
const traceFlushTimeout = 500 * time.Millisecond

// traces are told of what becomes a trace, and are nil where nothing does.
type traces struct {
	requests   web.Middleware
	statements database.Observer
	close      func()
}

// openTraces returns the traces that the settings ask for.
func (p *program) openTraces(log *slog.Logger) (traces, error) {
	tracer, err := tracing.New(&p.config.Tracing, p.service.Name, p.service.build().Version, log)
	return traces{
		requests:   tracer.Requests(health.IsProbe),
		statements: tracer.Statements(p.config.system()),
		close:      func() { tracer.Close(traceFlushTimeout) },
	}, err
}

// system is what OpenTelemetry calls the engine that the settings name.
func (c *config) system() string {
	if strings.HasPrefix(c.DatabaseURL, "sqlite:") {
		return "sqlite"
	}
	return "postgresql"
}
