package app

import (
	"context"
	"log/slog"
	"time"

	"example.com/templatesite/internal/database"
	"example.com/templatesite/internal/health"
	"example.com/templatesite/internal/metrics"
	"example.com/templatesite/internal/web"
)

// hooks record in the metrics what the service does. Without an admin address the metrics
// cannot be read, and all but the registry are nil.
type hooks struct {
	registry   metrics.Registry
	requests   web.Middleware
	statements database.Observer
	shed       func(reads bool)
	active     func(route string) (begin, end func())
}

func (p *program) openMetrics() hooks {
	b := p.service.build()
	registry := metrics.New(b.Version, b.Commit, b.Go)
	if p.config.AdminAddress == "" {
		return hooks{registry: registry}
	}
	var models []string
	for _, resource := range p.service.Resources {
		models = append(models, resource.Name)
	}
	return hooks{
		registry:   registry,
		requests:   registry.Requests(),
		statements: registry.Statements(models),
		shed:       registry.Refused(),
		active:     registry.Active(),
	}
}

// countRecords returns a log that counts its records, and those that its sinks drop.
func (h hooks) countRecords(log *slog.Logger, all sinks) *slog.Logger {
	for _, s := range all {
		h.registry.LogSink(s.name, s.dropped)
	}
	if h.requests == nil {
		return log
	}
	return slog.New(h.registry.LogRecords(log.Handler()))
}

// scrapeTimeout is how long a scrape may wait for the database.
const scrapeTimeout = 2 * time.Second

// watch registers the metrics that a scrape asks the database and the health checks for.
func (h hooks) watch(db *database.DB, schema []web.Resource, ready *health.Health) {
	h.registry.Database(db.DB, func() (applied, pending int, err error) {
		ctx, cancel := context.WithTimeout(context.Background(), scrapeTimeout)
		defer cancel()
		applied, pending, _, err = db.Count(ctx, schema)
		return applied, pending, err
	})
	h.registry.Health(ready.Last)
}
