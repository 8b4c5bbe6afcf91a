package admin

import "net/http"

func (a *Admin) icon(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "image/x-icon")
	// A connection error cannot be reported.
	_, _ = w.Write(a.Icon)
}
