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

// traceFlushTimeout is how long the service waits at shutdown for the trace collector.
const traceFlushTimeout = 500 * time.Millisecond

// traces are the hooks that record traces. Both are nil if tracing is off.
type traces struct {
	requests   web.Middleware
	statements database.Observer
	close      func()
}

// openTraces starts tracing if the settings ask for it.
func (p *program) openTraces(log *slog.Logger) (traces, error) {
	tracer, err := tracing.New(&p.config.Tracing, p.service.Name, p.service.build().Version, log)
	return traces{
		requests:   tracer.Requests(health.IsProbe),
		statements: tracer.Statements(p.config.system()),
		close:      func() { tracer.Close(traceFlushTimeout) },
	}, err
}

// system returns the name of the database engine in OpenTelemetry's conventions, which is the
// full scheme of its URLs.
func (c *config) system() string {
	scheme, _, _ := strings.Cut(c.DatabaseURL, ":")
	if scheme == "postgres" { // feature: postgres
		return "postgresql"
	}
	return scheme
}
