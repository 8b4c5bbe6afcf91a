package app

import (
	"context"
	"errors"
	"log/slog"
	"strconv"

	"example.com/templatesite/internal/audit"
	"example.com/templatesite/internal/web"
)

// days is a number of days. 0 means for ever.
type days int

// maxDays keeps what is subtracted from today among the years that a database knows.
const maxDays = 36_500

func parseDays(text string) (days, error) {
	n, err := strconv.Atoi(text)
	if err != nil || n < 0 || n > maxDays {
		return 0, errors.New("it must be a number of days, from 1 to 36500, or 0 to keep everything")
	}
	return days(n), nil
}

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
	if !p.service.Audit || p.config.AuditDays == 0 {
		return
	}
	go audit.New(db).Keep(ctx, int(p.config.AuditDays), func(err error) { log.Warn("old audit entries are not deleted", "error", err) })
}
