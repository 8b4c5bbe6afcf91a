package admin

import (
	"fmt"
	"net/http"
	"net/http/pprof"
	"strconv"

	"example.com/templatesite/internal/web"
)

// maxSeconds is how long a profile may take.
const maxSeconds = 60

// profile serves what go tool pprof asks for, and the index of it.
func (a *Admin) profile(w http.ResponseWriter, r *http.Request) {
	if !endsSoon(r) {
		web.WriteProblem(w, r, web.NewProblem(http.StatusUnprocessableEntity,
			fmt.Sprintf("A profile takes more than 0 and at most %d seconds.", maxSeconds)))
		return
	}
	switch r.PathValue("profile") {
	case "":
		w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; img-src 'self'; frame-ancestors 'none'")
		pprof.Index(w, r)
	case "cmdline": // not the flags, for they may be secrets
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		fmt.Fprint(w, a.Name)
	case "profile":
		pprof.Profile(w, r)
	case "symbol":
		pprof.Symbol(w, r)
	case "trace":
		pprof.Trace(w, r)
	default:
		pprof.Index(w, r)
	}
}

// endsSoon reports whether r asks for no more seconds than it may; without any, the
// profiles have their own.
func endsSoon(r *http.Request) bool {
	query := r.URL.Query()
	if !query.Has("seconds") {
		return true
	}
	seconds, err := strconv.ParseFloat(query.Get("seconds"), 64)
	return err == nil && seconds > 0 && seconds <= maxSeconds
}
