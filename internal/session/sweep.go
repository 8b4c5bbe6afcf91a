package session

import (
	"context"
	"time"

	"example.com/templatesite/internal/web"
)

const (
	// sweepEvery is how often a process deletes expired sessions, and sweepTimeout how long the
	// sign-in that does it waits for that.
	sweepEvery   = time.Minute
	sweepTimeout = 500 * time.Millisecond
	// sweepBatch is how many rows are deleted at a time, so that no lock is held for long.
	sweepBatch = 1000
)

const sweepSQL = `-- api_session.sweep
	delete from api_session
	where hash in (select hash from api_session where expires < $1 order by expires limit $2)`

// sweep deletes expired sessions, if that was not done in the last minute. An error makes no difference
// to the sign-in; the next sweep deletes the rest.
func (s *Sessions) sweep(ctx context.Context) {
	now := time.Now()
	last := s.swept.Load()
	if now.Unix()-last < int64(sweepEvery/time.Second) || !s.swept.CompareAndSwap(last, now.Unix()) {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, sweepTimeout)
	defer cancel()
	for {
		result, err := s.write.ExecContext(ctx, sweepSQL, web.Timestamp(&now), sweepBatch)
		if err != nil {
			return
		}
		if n, err := result.RowsAffected(); err != nil || n < sweepBatch {
			return
		}
	}
}
