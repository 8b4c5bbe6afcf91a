package app

import (
	"context"

	"example.com/templatesite/internal/audit"
	"example.com/templatesite/internal/session"
	"example.com/templatesite/internal/web"
)

// recordSession makes a Service a sessionRecorder. It returns what records a sign-in or a sign-out, or nil if the service has no trail.
func (s Service) recordSession(db web.DB) session.OnChange {
	if !s.Audit {
		return nil
	}
	trail := audit.New(db)
	return func(ctx context.Context, operation, id string) error {
		err := trail.Record(ctx, web.Change{Operation: operation, Resource: "session", Row: id})
		if err != nil {
			return web.ErrNotRecorded.WithCause(err)
		}
		return nil
	}
}
