package middleware

import (
	"net/http"

	"example.com/templatesite/internal/web"
)

// CrossOrigin refuses changes that a browser sends for a page of another origin:
// such a page could act for whoever looks at it. Clients that are no browsers are
// not concerned.
func CrossOrigin() web.Middleware {
	protection := http.NewCrossOriginProtection()
	protection.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		web.WriteProblem(w, r, web.NewProblem(http.StatusForbidden, "A page of another origin may not change anything here."))
	}))
	return protection.Handler
}
