package admin

import (
	"log/slog"
	"sync"
	"time"
)

const (
	// maxWrong is how many wrong tokens an address may send in wrongWindow.
	maxWrong    = 60
	wrongWindow = time.Minute
	// maxAddresses is how many addresses are counted separately; further ones count as one.
	maxAddresses = 1024
)

// wrongTokens limits the wrong tokens per address.
type wrongTokens struct {
	mu     sync.Mutex
	began  time.Time
	counts map[string]int
}

// add counts a wrong token, and returns how long client must wait, or 0 within the limit.
func (t *wrongTokens) add(client string, now time.Time) time.Duration {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.counts == nil || now.Sub(t.began) >= wrongWindow {
		t.began, t.counts = now, map[string]int{}
	}
	if _, counted := t.counts[client]; !counted && len(t.counts) >= maxAddresses {
		client = ""
	}
	t.counts[client]++
	if t.counts[client] <= maxWrong {
		return 0
	}
	return t.began.Add(wrongWindow).Sub(now)
}

// logInterval is the minimum time between two records of wrong tokens, so that guesses cannot
// fill the log.
const logInterval = 10 * time.Second

// wrongTokenLog logs the first wrong token at once, and later ones in one record per logInterval.
type wrongTokenLog struct {
	log *slog.Logger

	mu     sync.Mutex
	count  int
	client string      // of the last wrong token
	timer  *time.Timer // nil when nothing was logged within logInterval
}

func (l *wrongTokenLog) add(client string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.count++
	l.client = client
	if l.timer == nil {
		l.write()
		l.timer = time.AfterFunc(logInterval, l.next)
	}
}

// next logs the wrong tokens of the last interval, or stops the timer when there were none.
func (l *wrongTokenLog) next() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.count == 0 {
		l.timer = nil
		return
	}
	l.write()
	l.timer.Reset(logInterval)
}

func (l *wrongTokenLog) write() {
	l.log.Warn("wrong tokens were sent to the admin address", "client", l.client, "count", l.count)
	l.count = 0
}

func (l *wrongTokenLog) close() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.timer != nil {
		l.timer.Stop()
	}
	if l.count > 0 {
		l.write()
	}
}
