package admin

import (
	"fmt"
	"net/http"
	"net/http/pprof"
	profiles "runtime/pprof"
	"strconv"
	"sync"
	"time"

	"example.com/templatesite/internal/web"
)

// maxSeconds is the longest profile that can be requested.
const maxSeconds = 60

// Go can record one CPU profile and one trace per process at a time, so these locks are global.
var cpuProfile, executionTrace sync.Mutex

var alreadyRecording = web.NewProblem(http.StatusServiceUnavailable,
	"Another client is recording this. Only one recording can run at a time. Try again later.").RetryAfter(10)

// profile serves the profiles for go tool pprof, and their index.
func (a *Admin) profile(w http.ResponseWriter, r *http.Request) {
	if !validSeconds(r) {
		web.WriteProblem(w, r, web.NewProblem(http.StatusUnprocessableEntity,
			fmt.Sprintf("The parameter seconds must be a whole number from 1 to %d, or, for a trace, any positive number up to %[1]d.", maxSeconds)))
		return
	}
	switch name := r.PathValue("profile"); name {
	case "":
		web.SetPageHeader(w.Header(), "default-src 'none'; style-src 'unsafe-inline'; img-src 'self'; frame-ancestors 'none'")
		pprof.Index(w, r)
	case "cmdline": // without the flags, which may contain secrets
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		fmt.Fprint(w, a.Name)
	case "profile":
		exclusive(&cpuProfile, pprof.Profile, w, r)
	case "symbol":
		pprof.Symbol(w, r)
	case "trace":
		exclusive(&executionTrace, pprof.Trace, w, r)
	default:
		if profiles.Lookup(name) == nil {
			web.WriteProblem(w, r, web.ErrNotFound)
			return
		}
		pprof.Index(w, r)
	}
}

// exclusive calls record while it holds lock. A client that does not read the recording is
// disconnected, so that it does not block others.
func exclusive(lock *sync.Mutex, record http.HandlerFunc, w http.ResponseWriter, r *http.Request) {
	if !lock.TryLock() {
		web.WriteProblem(w, r, alreadyRecording)
		return
	}
	defer lock.Unlock()
	record(timedWriter{w}, r)
}

// writeTimeout is how long a client may take to receive a part of a response.
const writeTimeout = 5 * time.Second

// timedWriter fails a write that takes longer than writeTimeout.
type timedWriter struct{ http.ResponseWriter }

func (w timedWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

func (w timedWriter) Write(b []byte) (int, error) {
	if err := http.NewResponseController(w.ResponseWriter).SetWriteDeadline(time.Now().Add(writeTimeout)); err != nil {
		return 0, err
	}
	return w.ResponseWriter.Write(b)
}

// validSeconds reports whether the parameter seconds is missing or valid. Without it the
// profiles use their defaults.
func validSeconds(r *http.Request) bool {
	query := r.URL.Query()
	if !query.Has("seconds") {
		return true
	}
	given := query.Get("seconds")
	seconds, err := strconv.ParseFloat(given, 64)
	if r.PathValue("profile") != "trace" && err == nil {
		_, err = strconv.Atoi(given) // pprof would replace a fraction with its default
	}
	return err == nil && seconds > 0 && seconds <= maxSeconds
}
