package audit

import (
	"context"
	"time"

	"example.com/templatesite/internal/web"
)

const (
	// pruneEvery is how often a process deletes old entries.
	pruneEvery = time.Hour
	// pruneBatch is how many entries are deleted at a time, so that no lock is held for long, and
	// pruneTimeout how long that may take.
	pruneBatch   = 1000
	pruneTimeout = 5 * time.Second
)

const pruneSQL = `-- audit.prune
	delete from audit
	where id in (select id from audit where created < $1 order by created limit $2)`

// Prune deletes the entries from before a time. Several replicas may do so at once.
func (t *Trail) Prune(ctx context.Context, before time.Time) error {
	for n := int64(pruneBatch); n == pruneBatch; {
		limited, cancel := context.WithTimeout(ctx, pruneTimeout)
		result, err := t.write.ExecContext(limited, pruneSQL, web.Timestamp(&before), pruneBatch)
		cancel()
		if err != nil {
			return err
		}
		if n, err = result.RowsAffected(); err != nil {
			return err
		}
	}
	return nil
}

// Keep prunes what is older than a number of days, now and every hour, until ctx ends. It does so
// by itself, and not after a request, because entries must also go when nothing changes. failed is
// called with each error; the next time may succeed.
func (t *Trail) Keep(ctx context.Context, age time.Duration, failed func(error)) {
	hourly := time.NewTicker(pruneEvery)
	defer hourly.Stop()
	for ctx.Err() == nil {
		if err := t.Prune(ctx, time.Now().Add(-age)); err != nil && ctx.Err() == nil {
			failed(err)
		}
		select {
		case <-hourly.C:
		case <-ctx.Done():
		}
	}
}
