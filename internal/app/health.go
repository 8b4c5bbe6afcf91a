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

// scrapeTimeout is how long a scrape may wait for the database.
const scrapeTimeout = 2 * time.Second

func migrationCounts(db *database.DB, resources []web.Resource) func() (applied, pending int, err error) {
	return func() (int, int, error) {
		ctx, cancel := context.WithTimeout(context.Background(), scrapeTimeout)
		defer cancel()
		applied, pending, _, err := db.Count(ctx, resources)
		return applied, pending, err
	}
}

// watch returns the health of the service, and registers the metrics of the database. It
// checks once, so that pending migrations appear in the log at the start.
func (p *program) watch(log *slog.Logger, db *database.DB, registry metrics.Registry) *health.Health {
	registry.Database(db.DB, migrationCounts(db, p.service.Resources))
	ready := health.New(log, map[string]health.Check{
		"db": func(ctx context.Context) (string, error) { return db.Ready(ctx, p.service.Resources) },
	})
	registry.Health(ready.Last)
	ready.Check(p.ctx)
	return ready
}
