package tracing

import (
	"context"
	"log/slog"
	"sync"
	"time"

	sdk "go.opentelemetry.io/otel/sdk/trace"
)

// quiet is how long the log does not say again that traces are lost, when they have
// arrived meanwhile. While they do not, once is enough.
const quiet = 5 * time.Minute

// delivery sends spans, and says when they do not arrive: an outage of the collector is
// one warning, not one for each batch.
type delivery struct {
	sdk.SpanExporter
	log *slog.Logger

	mu     sync.Mutex
	lost   int // spans since they arrived last, as far as the log was told
	told   time.Time
	warned bool // and they have not arrived since
	closed bool
}

// ExportSpans sends spans. Errors of it are said here.
func (d *delivery) ExportSpans(ctx context.Context, spans []sdk.ReadOnlySpan) error {
	d.account(len(spans), d.SpanExporter.ExportSpans(ctx, spans))
	return nil
}

// account notes what became of some spans.
func (d *delivery) account(spans int, err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	switch {
	case d.closed: // so may the log be
	case err == nil && d.warned:
		d.warned = false
		d.log.Info("traces arrive again", "lost", d.lost)
		d.lost = 0
	case err != nil:
		d.lost += spans
		if !d.warned && (d.told.IsZero() || time.Since(d.told) >= quiet) {
			d.log.Warn("traces do not arrive", "error", shortened(err.Error()))
			d.told, d.warned = time.Now(), true
		}
	}
}

// close says so when the end was not waited for, and gives up what is being sent.
func (d *delivery) close(err error) {
	if err != nil {
		d.account(0, err)
	}
	d.mu.Lock()
	d.closed = true
	d.mu.Unlock()
	if err != nil {
		// It was told of this error, and has no other that matters now.
		_ = d.Shutdown(context.Background())
	}
}
