package admin

import (
	"crypto/sha256"
	"crypto/subtle"
	"log/slog"
	"sync"
	"time"
)

const (
	// readInterval is how often a token that may be replaced is read.
	readInterval = time.Second
	// overlap is how long a replaced token is still accepted: those who send it, such as
	// a scraper, get the new one earlier or later than the service.
	overlap = 2 * time.Minute
)

// token is the admin token. It is safe for concurrent use.
type token struct {
	read func() (string, error) // nil if it is never replaced
	log  *slog.Logger

	mu                sync.Mutex
	present, previous [sha256.Size]byte
	nextRead          time.Time
	previousUntil     time.Time
	failed            bool // whether the last read failed
}

// is reports whether given is the token. Comparing hashes does not reveal its length.
func (t *token) is(given string, now time.Time) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.refresh(now)
	sum := sha256.Sum256([]byte(given))
	if subtle.ConstantTimeCompare(sum[:], t.present[:]) == 1 {
		return true
	}
	return now.Before(t.previousUntil) && subtle.ConstantTimeCompare(sum[:], t.previous[:]) == 1
}

// refresh reads the token if that is due. One that cannot be used leaves the present one as it is.
func (t *token) refresh(now time.Time) {
	if t.read == nil || now.Before(t.nextRead) {
		return
	}
	t.nextRead = now.Add(readInterval)
	value, err := t.read()
	if err != nil {
		if !t.failed {
			t.log.Warn("the admin token cannot be read again, and stays as it is", "error", err)
		}
		t.failed = true
		return
	}
	t.failed = false
	if sum := sha256.Sum256([]byte(value)); sum != t.present {
		t.previous, t.previousUntil, t.present = t.present, now.Add(overlap), sum
		t.log.Info("the admin token was replaced; the old one is accepted for some time", "until", t.previousUntil.UTC())
	}
}
