package admin

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"example.com/templatesite/internal/web"
)

// The bounds of the time that a level is given.
const (
	shortest = time.Second
	longest  = 24 * time.Hour
)

// bodyTimeout is how long the word may take to arrive that names a level.
const bodyTimeout = 5 * time.Second

// Level is the level of the log, which operators may change, also for a time.
type Level struct {
	current    *slog.LevelVar
	configured slog.Level
	log        *slog.Logger

	mu    sync.Mutex
	until time.Time // when it goes back to the configured one; zero is never
	timer *time.Timer
}

// NewLevel returns the level that current holds, which is the configured one until
// somebody changes it.
func NewLevel(current *slog.LevelVar, log *slog.Logger) *Level {
	return &Level{current: current, configured: current.Level(), log: log}
}

// String says which level it is, how long, and what it is then.
func (l *Level) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.until.IsZero() {
		return word(l.current.Level())
	}
	return fmt.Sprintf("%s until %s, then %s", word(l.current.Level()), l.until.UTC().Format(time.RFC3339), word(l.configured))
}

// word is a level as the settings spell it.
func word(level slog.Level) string { return strings.ToLower(level.String()) }

func (l *Level) get(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	fmt.Fprintln(w, l)
}

// put takes the level in the body, as in curl -X PUT -d debug, and ?for=10m.
func (l *Level) put(w http.ResponseWriter, r *http.Request) {
	// A writer without deadlines has no connection that a slow client could hold.
	_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(bodyTimeout))
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 16))
	level, known := levels[strings.ToLower(strings.TrimSpace(string(body)))]
	if err != nil || !known {
		web.WriteProblem(w, r, web.NewProblem(http.StatusUnprocessableEntity, "The body must be debug, info, warn or error."))
		return
	}
	length, err := lengthOf(r.URL.Query())
	if err != nil {
		web.WriteProblem(w, r, web.NewProblem(http.StatusUnprocessableEntity, "The level may be given a time from 1s to 24h, as in ?for=10m."))
		return
	}
	l.set(level, length, web.InfoFrom(r.Context()).Client)
	l.get(w, r)
}

var levels = map[string]slog.Level{"debug": slog.LevelDebug, "info": slog.LevelInfo, "warn": slog.LevelWarn, "error": slog.LevelError}

// lengthOf returns how long a level shall stay; 0 is for good.
func lengthOf(query url.Values) (time.Duration, error) {
	if len(query) == 0 {
		return 0, nil
	}
	given := query["for"]
	if len(query) > 1 || len(given) != 1 {
		return 0, errors.New("not one time") // but a misspelt name, perhaps
	}
	length, err := time.ParseDuration(given[0])
	if err == nil && (length < shortest || length > longest) {
		err = errors.New("out of bounds")
	}
	return length, err
}

// set changes the level, for good or for a time. The last one who sets it decides.
func (l *Level) set(level slog.Level, length time.Duration, client string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.timer != nil {
		l.timer.Stop()
	}
	l.until, l.timer = time.Time{}, nil
	attributes := []any{"to", word(level), "client", client}
	if length > 0 {
		until := time.Now().Add(length)
		l.until, l.timer = until, time.AfterFunc(length, func() { l.goBack(until) })
		attributes = append(attributes, "until", until.UTC().Format(time.RFC3339), "then", word(l.configured))
	}
	l.change(level, "log level changed", attributes...)
}

func (l *Level) goBack(until time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.until.Equal(until) {
		return // somebody has set another one just now
	}
	l.until, l.timer = time.Time{}, nil
	l.change(l.configured, "log level went back", "to", word(l.configured))
}

// change says it at the more talkative of both levels: the other may hide it.
func (l *Level) change(level slog.Level, message string, attributes ...any) {
	if level < l.current.Level() {
		l.current.Set(level)
	}
	l.log.Warn(message, attributes...)
	l.current.Set(level)
}

// close leaves the level as it is.
func (l *Level) close() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.timer != nil {
		l.timer.Stop()
	}
}
