// feature: throttle

package app

import (
	"crypto/rand"
	"encoding/base64"
	"net/http"
	"testing"

	"example.com/templatesite/internal/database"
	"example.com/templatesite/internal/throttle"
)

// Once the table is gone, a lookup is a 503: a 429 shows that there was none.
func TestWrongCookiesBeyondTheirLimitCostNoQuery(t *testing.T) {
	onEachWithSessions(t, func(t *testing.T, env map[string]string, db *database.DB) {
		settings := throttled(asking(env, "all"), 1000)
		settings["TRUSTED_PROXIES"] = "127.0.0.1"
		s := startServiceOf(t, sessionService(), settings)
		known := signIn(t, s, env, "known", "read")
		s.Want(http.StatusOK, "GET", "/book/1", "", known)
		for range throttle.Guesses.Count {
			answer := s.Want(http.StatusUnauthorized, "GET", "/book/1", "", wrongCookie())
			if answer.Header.Get("Set-Cookie") == "" {
				t.Error("a cookie that is not valid is kept")
			}
		}
		if _, err := db.Write.ExecContext(t.Context(), "drop table api_session"); err != nil {
			t.Fatal(err)
		}
		refused := s.Want(http.StatusTooManyRequests, "GET", "/book/1", "", wrongCookie())
		if refused.Header.Get("Retry-After") == "" || refused.Header.Get("Set-Cookie") != "" {
			t.Errorf("refused with %v", refused.Header)
		}
		s.Want(http.StatusOK, "GET", "/book/1", "", known)
		s.Want(http.StatusServiceUnavailable, "GET", "/book/1", "", wrongCookie(), "X-Forwarded-For: 192.0.2.1")
	})
}

// wrongCookie returns a header with a cookie that has the right form, and that nobody has.
func wrongCookie() string {
	random := make([]byte, 32)
	_, _ = rand.Read(random) // it never returns an error
	return "Cookie: session=" + base64.RawURLEncoding.EncodeToString(random)
}
