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
	// smallBody needs no budget: it is about what a connection takes anyway.
	smallBody = 16 << 10
	// maxBodies bounds the bytes of all larger bodies together, from their first byte
	// until they are handled: a few dozen clients could fill the memory, as there are up
	// to four copies of each. A single body may always be as large as MAX_BODY_BYTES.
	maxBodies = 4 << 20
	// bodyGrace is how long a body may arrive undisturbed. After that it may lose its
	// memory to another one.
	bodyGrace = time.Second
)

var errBudget = errors.New("other bodies use all the memory that bodies may use")

// bodyBudget is the memory that large bodies share. A client that sends slowly, or
// stops, keeps no other one out: when the memory is used up, the body that has arrived
// most slowly is given up.
type bodyBudget struct {
	mu       sync.Mutex
	used     int64
	arriving map[*reservation]bool
}

// reservation is what one large body has of the budget.
type reservation struct {
	budget *bodyBudget
	begun  time.Time
	bytes  int64
	// answer is where to end the reading of the body; gaveUp says that it was ended.
	answer http.ResponseWriter
	gaveUp bool
}

func newBodyBudget() *bodyBudget { return &bodyBudget{arriving: map[*reservation]bool{}} }

// read reads a body of at most limit bytes to its end, of the request that w answers. It
// reserves memory as the bytes come, and never more than has come already. The
// reservation is to be released; it is nil for a small body.
func (b *bodyBudget) read(w http.ResponseWriter, body io.Reader, limit int64) ([]byte, *reservation, error) {
	var buffer bytes.Buffer
	_, err := io.CopyN(&buffer, body, smallBody)
	var r *reservation
	if err == nil {
		r = &reservation{budget: b, begun: time.Now(), answer: w}
	}
	for err == nil {
		has := int64(buffer.Len())
		more := min(has, max(0, limit-has)+1) // one beyond the limit finds the end
		if err = r.grow(more); err == nil {
			_, err = io.CopyN(&buffer, body, more)
		}
	}
	if errors.Is(err, io.EOF) {
		err = r.arrived()
	}
	return buffer.Bytes(), r, err
}

// grow reserves more bytes. When there are none left it gives up the slowest body.
func (r *reservation) grow(bytes int64) error {
	b := r.budget
	b.mu.Lock()
	defer b.mu.Unlock()
	for !r.gaveUp && b.used+bytes > maxBodies && b.used > r.bytes {
		slowest := b.slowest()
		if slowest == nil || slowest == r {
			return errBudget
		}
		slowest.giveUp()
	}
	if r.gaveUp {
		return os.ErrDeadlineExceeded
	}
	b.arriving[r] = true
	b.used += bytes
	r.bytes += bytes
	return nil
}

// slowest returns the body of which the fewest bytes a second have come, among those
// that had their time; nil is none.
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

// giveUp frees the memory, and ends the reading. The budget is locked.
func (r *reservation) giveUp() {
	r.gaveUp = true
	r.free()
	// A reader that cannot be interrupted fails when more bytes come.
	_ = http.NewResponseController(r.answer).SetReadDeadline(time.Unix(0, 1))
}

// arrived ends the time in which the body can be given up.
func (r *reservation) arrived() error {
	if r == nil {
		return nil
	}
	r.budget.mu.Lock()
	defer r.budget.mu.Unlock()
	delete(r.budget.arriving, r)
	if r.gaveUp {
		return os.ErrDeadlineExceeded
	}
	return nil
}

// release gives back what is reserved, if it was not done before.
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
