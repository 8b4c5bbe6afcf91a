package idempotency

import (
	"context"
	"time"

	"example.com/templatesite/internal/web"
)

const (
	// sweepEvery is how often a process deletes expired keys, and sweepTimeout how long the
	// request that does it waits for that.
	sweepEvery   = time.Minute
	sweepTimeout = 500 * time.Millisecond
	// sweepBatch is how many rows are deleted at a time, so that no lock is held for long.
	sweepBatch = 1000
)

const sweepSQL = `-- idempotency_key.sweep
	delete from idempotency_key
	where key in (select key from idempotency_key where created < $1 order by created limit $2)`

// sweep deletes expired keys, if that was not done in the last minute. An error makes no
// difference to the request, which is carried out by then; the next sweep deletes the rest.
func (k *Keys) sweep(ctx context.Context) {
	now := time.Now()
	last := k.swept.Load()
	if now.Unix()-last < int64(sweepEvery/time.Second) || !k.swept.CompareAndSwap(last, now.Unix()) {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, sweepTimeout)
	defer cancel()
	expired := now.Add(-lifetime)
	for {
		result, err := k.write.ExecContext(ctx, sweepSQL, web.Timestamp(&expired), sweepBatch)
		if err != nil {
			return
		}
		if n, err := result.RowsAffected(); err != nil || n < sweepBatch {
			return
		}
	}
}
