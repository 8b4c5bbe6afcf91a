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

// maxSeconds is how long a profile may take.
const maxSeconds = 60

// A process records one profile of its processors at a time, and one trace.
var profiling, tracing sync.Mutex

var recording = web.NewProblem(http.StatusServiceUnavailable,
	"Somebody else records this now, and one can at a time. Try again later.").RetryAfter(10)

// profile serves what go tool pprof asks for, and the index of it.
func (a *Admin) profile(w http.ResponseWriter, r *http.Request) {
	if !endsSoon(r) {
		web.WriteProblem(w, r, web.NewProblem(http.StatusUnprocessableEntity,
			fmt.Sprintf("A profile takes 1 to %d whole seconds; a trace may take parts of one.", maxSeconds)))
		return
	}
	switch name := r.PathValue("profile"); name {
	case "":
		web.SetPageHeader(w.Header(), "default-src 'none'; style-src 'unsafe-inline'; img-src 'self'; frame-ancestors 'none'")
		pprof.Index(w, r)
	case "cmdline": // not the flags, for they may be secrets
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		fmt.Fprint(w, a.Name)
	case "profile":
		alone(&profiling, pprof.Profile, w, r)
	case "symbol":
		pprof.Symbol(w, r)
	case "trace":
		alone(&tracing, pprof.Trace, w, r)
	default:
		if profiles.Lookup(name) == nil {
			web.WriteProblem(w, r, web.ErrNotFound)
			return
		}
		pprof.Index(w, r)
	}
}

// alone records what only one can at a time. A client that does not read what is recorded
// is given up, so that it keeps no other one out.
func alone(turn *sync.Mutex, record http.HandlerFunc, w http.ResponseWriter, r *http.Request) {
	if !turn.TryLock() {
		web.WriteProblem(w, r, recording)
		return
	}
	defer turn.Unlock()
	record(timedWriter{w}, r)
}

// timedWriter gives up a client that takes longer than writeTimeout to receive what is
// written.
type timedWriter struct{ http.ResponseWriter }

func (w timedWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

func (w timedWriter) Write(b []byte) (int, error) {
	if err := http.NewResponseController(w.ResponseWriter).SetWriteDeadline(time.Now().Add(writeTimeout)); err != nil {
		return 0, err
	}
	return w.ResponseWriter.Write(b)
}

// endsSoon reports whether r asks for no more seconds than it may; without any, the
// profiles have their own.
func endsSoon(r *http.Request) bool {
	query := r.URL.Query()
	if !query.Has("seconds") {
		return true
	}
	given := query.Get("seconds")
	seconds, err := strconv.ParseFloat(given, 64)
	if r.PathValue("profile") != "trace" && err == nil {
		_, err = strconv.Atoi(given) // the others would take their own for it
	}
	return err == nil && seconds > 0 && seconds <= maxSeconds
}
