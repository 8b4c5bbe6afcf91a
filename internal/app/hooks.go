package app

import (
	"context"
	"log/slog"
	"slices"

	"example.com/templatesite/internal/database"
	"example.com/templatesite/internal/metrics"
	"example.com/templatesite/internal/web"
)

// hooks record in the metrics what the service does. Without an admin address the metrics
// cannot be read: then all but records are nil.
type hooks struct {
	requests   web.Middleware
	statements database.Observer
	records    func(slog.Handler) slog.Handler
	shed       func(reads bool)
	active     func(route string) (begin, end func())
}

func (p *program) hooks(registry metrics.Registry) hooks {
	if p.config.AdminAddress == "" {
		return hooks{records: func(h slog.Handler) slog.Handler { return h }}
	}
	var models []string
	for _, resource := range p.service.Resources {
		models = append(models, resource.Name)
	}
	return hooks{
		requests:   registry.Requests(),
		statements: registry.Statements(models),
		records:    registry.LogRecords,
		shed:       registry.Refused(),
		active:     registry.Active(),
	}
}

// observers returns an observer that calls all of these that are not nil, or nil if all are.
func observers(all ...database.Observer) database.Observer {
	all = slices.DeleteFunc(all, func(o database.Observer) bool { return o == nil })
	if len(all) == 0 {
		return nil
	}
	return func(ctx context.Context, s *web.Statement) {
		for _, observe := range all {
			observe(ctx, s)
		}
	}
}
