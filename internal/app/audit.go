package app

import (
	"context"
	"log/slog"

	"example.com/templatesite/internal/audit"
	"example.com/templatesite/internal/web"
)

// audit returns what carries out and records changes, or nil if the service has no trail.
func (s Service) audit(db web.DB) web.Audit {
	if !s.Audit {
		return nil
	}
	return audit.New(db).Change
}

// withAudit adds the table of the trail to what has migrations, unless the service has none.
func (s Service) withAudit(owners []web.Resource) []web.Resource {
	if !s.Audit {
		return owners
	}
	return append(owners, audit.Table())
}

// keepAudit deletes old entries in the background, until ctx ends.
func (p *program) keepAudit(ctx context.Context, log *slog.Logger, db web.DB) {
	if !p.service.Audit || p.config.AuditRetention == 0 {
		return
	}
	go audit.New(db).Keep(ctx, p.config.AuditRetention, func(err error) { log.Warn("old audit entries are not deleted", "error", err) })
}
