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

// The limits of the time after which a level is reset.
const (
	minDuration = time.Second
	maxDuration = 24 * time.Hour
)

// bodyTimeout is how long the body of PUT /log-level may take to arrive.
const bodyTimeout = 5 * time.Second

// Level is the log level. Operators can change it, permanently or for a limited time. It is
// safe for concurrent use.
type Level struct {
	current    *slog.LevelVar
	configured slog.Level
	log        *slog.Logger

	mu    sync.Mutex
	until time.Time // when the configured level is restored; zero means never
	timer *time.Timer
}

// NewLevel returns a Level that changes current. The present value of current is the configured
// level. Changes are logged to log.
func NewLevel(current *slog.LevelVar, log *slog.Logger) *Level {
	return &Level{current: current, configured: current.Level(), log: log}
}

// String returns the level, and when it is temporary, its end and the level after it.
func (l *Level) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.until.IsZero() {
		return levelName(l.current.Level())
	}
	return fmt.Sprintf("%s until %s, then %s", levelName(l.current.Level()), l.until.UTC().Format(time.RFC3339), levelName(l.configured))
}

// levelName returns a level as the settings spell it.
func levelName(level slog.Level) string { return strings.ToLower(level.String()) }

func (l *Level) get(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	fmt.Fprintln(w, l)
}

// put sets the level that the body names, as in curl -X PUT -d debug, optionally ?for=10m.
func (l *Level) put(w http.ResponseWriter, r *http.Request) {
	// An error means that w has no connection, and so no slow client.
	_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(bodyTimeout))
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 16))
	level, known := levels[strings.ToLower(strings.TrimSpace(string(body)))]
	if err != nil || !known {
		web.WriteProblem(w, r, web.NewProblem(http.StatusUnprocessableEntity, "The body must be debug, info, warn or error."))
		return
	}
	duration, err := durationOf(r.URL.Query())
	if err != nil {
		web.WriteProblem(w, r, web.NewProblem(http.StatusUnprocessableEntity, "The only parameter is for, a duration from 1s to 24h, as in ?for=10m."))
		return
	}
	l.set(level, duration, web.InfoFrom(r.Context()).Client)
	l.get(w, r)
}

var levels = map[string]slog.Level{"debug": slog.LevelDebug, "info": slog.LevelInfo, "warn": slog.LevelWarn, "error": slog.LevelError}

// durationOf returns for how long a level is set; 0 means permanently.
func durationOf(query url.Values) (time.Duration, error) {
	if len(query) == 0 {
		return 0, nil
	}
	given := query["for"]
	if len(query) > 1 || len(given) != 1 {
		return 0, errors.New("more than one parameter, or an unknown one")
	}
	duration, err := time.ParseDuration(given[0])
	if err == nil && (duration < minDuration || duration > maxDuration) {
		err = errors.New("out of bounds")
	}
	return duration, err
}

// set changes the level for that duration, or permanently when it is 0. It replaces an earlier
// change.
func (l *Level) set(level slog.Level, duration time.Duration, client string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.timer != nil {
		l.timer.Stop()
	}
	l.until, l.timer = time.Time{}, nil
	attributes := []any{"to", levelName(level), "client", client}
	if duration > 0 {
		until := time.Now().Add(duration)
		l.until, l.timer = until, time.AfterFunc(duration, func() { l.restore(until) })
		attributes = append(attributes, "until", until.UTC().Format(time.RFC3339), "then", levelName(l.configured))
	}
	l.change(level, "log level changed", attributes...)
}

// restore sets the configured level, unless the level was changed since.
func (l *Level) restore(until time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.until.Equal(until) {
		return
	}
	l.until, l.timer = time.Time{}, nil
	l.change(l.configured, "log level restored", "to", levelName(l.configured))
}

// change sets the level, and logs while the more verbose of the two levels is set: the other
// may suppress the record.
func (l *Level) change(level slog.Level, message string, attributes ...any) {
	if level < l.current.Level() {
		l.current.Set(level)
	}
	l.log.Warn(message, attributes...)
	l.current.Set(level)
}

// close stops the timer, and does not change the level.
func (l *Level) close() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.timer != nil {
		l.timer.Stop()
	}
}
