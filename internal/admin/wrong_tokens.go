package admin

import (
	"log/slog"
	"sync"
	"time"
)

const (
	// maxWrong is how many wrong tokens an address may send in wrongWindow before it is
	// asked to wait.
	maxWrong    = 60
	wrongWindow = time.Minute
	// maxAddresses bounds what is remembered; further addresses count as one.
	maxAddresses = 1024
)

// wrongTokens counts wrong tokens by the address that sent them.
type wrongTokens struct {
	mu     sync.Mutex
	began  time.Time
	counts map[string]int
}

// add counts one, and returns how long client has to wait when it has sent too many.
func (t *wrongTokens) add(client string, now time.Time) time.Duration {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.counts == nil || now.Sub(t.began) >= wrongWindow {
		t.began, t.counts = now, map[string]int{}
	}
	if _, known := t.counts[client]; !known && len(t.counts) >= maxAddresses {
		client = ""
	}
	t.counts[client]++
	if t.counts[client] <= maxWrong {
		return 0
	}
	return t.began.Add(wrongWindow).Sub(now)
}

// quietTime is how long the log says nothing more of wrong tokens: guesses shall not
// fill it.
const quietTime = 10 * time.Second

// wrongTokenLine logs the first wrong token at once, and later how many have come since.
type wrongTokenLine struct {
	log *slog.Logger

	mu     sync.Mutex
	count  int
	client string // the last
	quiet  *time.Timer
}

func (l *wrongTokenLine) add(client string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.count++
	l.client = client
	if l.quiet == nil {
		l.write()
		l.quiet = time.AfterFunc(quietTime, l.next)
	}
}

// next ends the quiet time, or begins another one when there was something to say.
func (l *wrongTokenLine) next() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.count == 0 {
		l.quiet = nil
		return
	}
	l.write()
	l.quiet.Reset(quietTime)
}

func (l *wrongTokenLine) write() {
	l.log.Warn("wrong tokens were sent to the admin address", "client", l.client, "count", l.count)
	l.count = 0
}

func (l *wrongTokenLine) close() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.quiet != nil {
		l.quiet.Stop()
	}
	if l.count > 0 {
		l.write()
	}
}
