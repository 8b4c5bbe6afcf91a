package web

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"os"
	"sync"
	"time"
)

const (
	// smallBody is the size up to which a body needs no budget: a connection takes about as
	// much memory anyway.
	smallBody = 16 << 10
	// maxBodies bounds the bytes of all larger bodies together, from their arrival until they
	// are handled. Each is copied up to four times, so that without a bound a few dozen
	// clients could fill the memory. One body alone may be as large as MAX_BODY_BYTES.
	maxBodies = 4 << 20
	// bodyGrace is how long a body may arrive before it can lose its memory to another one.
	bodyGrace = time.Second
)

var errBudget = errors.New("the memory for request bodies is used up")

// bodyBudget is the memory that the large bodies of one API share. When it is used up, the
// body that arrives most slowly is aborted, so that clients that send slowly, or stop, do not
// keep other clients out.
type bodyBudget struct {
	mu       sync.Mutex
	used     int64
	arriving map[*reservation]bool
}

// reservation is the part of the budget that one large body holds.
type reservation struct {
	budget *bodyBudget
	begun  time.Time
	bytes  int64
	// writer is the connection, through which reading the body can be interrupted.
	writer  http.ResponseWriter
	aborted bool
}

func newBodyBudget() *bodyBudget { return &bodyBudget{arriving: map[*reservation]bool{}} }

// read reads the whole body of the request that w answers, at most limit bytes. It reserves
// memory as the bytes arrive, and never more than have arrived already. The caller releases
// the reservation, which is nil for a small body.
func (b *bodyBudget) read(w http.ResponseWriter, body io.Reader, limit int64) ([]byte, *reservation, error) {
	var buffer bytes.Buffer
	_, err := io.CopyN(&buffer, body, smallBody)
	var r *reservation
	if err == nil {
		r = &reservation{budget: b, begun: time.Now(), writer: w}
	}
	for err == nil {
		has := int64(buffer.Len())
		more := min(has, max(0, limit-has)+1) // the byte beyond the limit is the end of the body
		if err = r.grow(more); err == nil {
			_, err = io.CopyN(&buffer, body, more)
		}
	}
	if errors.Is(err, io.EOF) {
		err = r.arrived()
	}
	return buffer.Bytes(), r, err
}

// grow reserves more bytes. If the budget is used up, it aborts the slowest body.
func (r *reservation) grow(bytes int64) error {
	b := r.budget
	b.mu.Lock()
	defer b.mu.Unlock()
	for !r.aborted && b.used+bytes > maxBodies && b.used > r.bytes {
		slowest := b.slowest()
		if slowest == nil || slowest == r {
			return errBudget
		}
		slowest.abort()
	}
	if r.aborted {
		return os.ErrDeadlineExceeded
	}
	b.arriving[r] = true
	b.used += bytes
	r.bytes += bytes
	return nil
}

// slowest returns the body with the lowest rate of arrival that is past its grace period, or
// nil.
func (b *bodyBudget) slowest() (slowest *reservation) {
	least := 0.0
	for other := range b.arriving {
		age := time.Since(other.begun)
		if age < bodyGrace {
			continue
		}
		if rate := float64(other.bytes) / age.Seconds(); slowest == nil || rate < least {
			slowest, least = other, rate
		}
	}
	return slowest
}

// abort frees the memory and interrupts reading the body. The budget must be locked.
func (r *reservation) abort() {
	r.aborted = true
	r.free()
	// A read that cannot be interrupted fails in grow, when more bytes have arrived.
	_ = http.NewResponseController(r.writer).SetReadDeadline(time.Unix(0, 1))
}

// arrived marks the body as complete: it can no longer be aborted.
func (r *reservation) arrived() error {
	if r == nil {
		return nil
	}
	r.budget.mu.Lock()
	defer r.budget.mu.Unlock()
	delete(r.budget.arriving, r)
	if r.aborted {
		return os.ErrDeadlineExceeded
	}
	return nil
}

// release gives the memory back. It may be called more than once, and on nil.
func (r *reservation) release() {
	if r == nil {
		return
	}
	r.budget.mu.Lock()
	defer r.budget.mu.Unlock()
	r.free()
}

func (r *reservation) free() {
	r.budget.used -= r.bytes
	r.bytes = 0
	delete(r.budget.arriving, r)
}
