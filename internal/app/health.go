package app

import (
	"context"
	"log/slog"

	"example.com/templatesite/internal/database"
	"example.com/templatesite/internal/health"
)

// watch returns the health of the service. It checks once, so that pending migrations appear
// in the log at the start.
func (p *program) watch(log *slog.Logger, db *database.DB) *health.Health {
	ready := health.New(log, map[string]health.Check{
		"db": func(ctx context.Context) (string, error) { return db.Ready(ctx, p.service.schema()) },
	})
	if ready.Check(p.ctx).Status != "ok" {
		ready.Recheck()
	}
	return ready
}
