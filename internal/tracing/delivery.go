package tracing

import (
	"context"
	"log/slog"
	"sync"
	"time"

	sdk "go.opentelemetry.io/otel/sdk/trace"
)

// logInterval is the minimum time between two warnings. An outage causes one warning, however long
// it lasts, so this matters only when the collector fails repeatedly.
const logInterval = 5 * time.Minute

// delivery sends spans, and logs the start and the end of an outage of the collector.
type delivery struct {
	sdk.SpanExporter
	log *slog.Logger

	mu         sync.Mutex
	lost       int // spans since the end of the last logged outage
	lastLogged time.Time
	warned     bool // whether the current outage is logged
	closed     bool
}

// ExportSpans sends spans. It logs errors, and returns nil.
func (d *delivery) ExportSpans(ctx context.Context, spans []sdk.ReadOnlySpan) error {
	d.account(len(spans), d.SpanExporter.ExportSpans(ctx, spans))
	return nil
}

// account records the result of sending spans, and logs a change.
func (d *delivery) account(spans int, err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	switch {
	case d.closed: // the log may be closed, too
	case err == nil && d.warned:
		d.warned = false
		d.log.Info("traces arrive again", "lost", d.lost)
		d.lost = 0
	case err != nil:
		d.lost += spans
		if !d.warned && (d.lastLogged.IsZero() || time.Since(d.lastLogged) >= logInterval) {
			d.log.Warn("traces do not arrive", "error", shortened(err.Error()))
			d.lastLogged, d.warned = time.Now(), true
		}
	}
}

// close ends the delivery. err is the error of the last flush, or nil. If the flush failed, close
// cancels the request in flight.
func (d *delivery) close(err error) {
	if err != nil {
		d.account(0, err)
	}
	d.mu.Lock()
	d.closed = true
	d.mu.Unlock()
	if err != nil {
		// The error of the flush is logged; that of the cancellation does not matter.
		_ = d.Shutdown(context.Background())
	}
}
