package middleware

import (
	"net/http"

	"github.com/rs/cors"

	"example.com/templatesite/internal/web"
)

// preflightSeconds is how long a browser may remember the answer to a preflight. Chromium does for
// two hours at most.
const preflightSeconds = 7200

// CORS lets scripts of other origins read responses, and send what CrossOrigin trusts them with
// (https://fetch.spec.whatwg.org/#http-cors-protocol). It never allows credentials: a script must send
// its own, in Authorization. Without origins it does nothing.
func CORS(origins []string) web.Middleware {
	if len(origins) == 0 {
		return func(next http.Handler) http.Handler { return next }
	}
	return cors.New(cors.Options{
		AllowedOrigins: origins,
		AllowedMethods: []string{http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete},
		AllowedHeaders: []string{"*"},
		ExposedHeaders: []string{"*"}, // such as ETag and Link
		MaxAge:         preflightSeconds,
	}).Handler
}
