package app

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"example.com/templatesite/internal/database"
	"example.com/templatesite/internal/web"
)

// Every route is found in the API itself, so that a new one is covered. With Sec-Fetch-Site, a cookie is
// refused for its scopes, not for its origin.
func TestEveryRouteNeedsASessionWithItsScope(t *testing.T) {
	onEachWithSessions(t, func(t *testing.T, env map[string]string, db *database.DB) {
		s := startServiceOf(t, sessionService(), asking(env, "all"))
		writer := signIn(t, s, env, "all", "read", "write")
		without := map[bool]string{true: signIn(t, s, env, "writer", "write"), false: signIn(t, s, env, "reader", "read")}
		nobody := map[string]string{"one that never was": "Cookie: session=" + strings.Repeat("A", 43)}
		for _, name := range []string{"expired", "left", "revoked"} {
			nobody["one that is "+name] = signIn(t, s, env, name, "read", "write")
		}
		s.Want(http.StatusNoContent, "POST", "/sign-out", "", nobody["one that is left"], fromHere)
		tokenCommandOf(t, env, "revoke", "revoked")
		past := time.Now().Add(-2 * time.Second)
		if _, err := db.Write.ExecContext(t.Context(), "update api_session set expires = $1 where name = 'expired'", web.Timestamp(&past)); err != nil {
			t.Fatal(err)
		}
		guarded := 0
		api := guardedAPI(t, sessionService())
		for _, route := range api.Routes() {
			op := api.Operations(route.Path)[route.Method]
			if op != nil && op.Security != nil && (len(op.Security) == 0 || len(web.ScopesOf(op)) == 0) {
				continue // TestOnlyTheseRoutesAreOpen has them
			}
			guarded++
			target, reads := strings.NewReplacer("{id}", "1", "{shelf}", "1").Replace(route.Path), route.Method == http.MethodGet
			methods := []string{route.Method}
			if reads {
				methods = []string{"GET", "HEAD", "OPTIONS"}
			}
			for _, method := range methods {
				for who, cookie := range nobody {
					if got := s.Do(method, target, "{}", cookie, fromHere); got.Status != http.StatusUnauthorized {
						t.Errorf("%s %s by %s = %d %s", method, target, who, got.Status, got.Body)
					}
				}
				if got := s.Do(method, target, "{}", without[reads], fromHere); got.Status != http.StatusForbidden {
					t.Errorf("%s %s without the scope = %d %s", method, target, got.Status, got.Body)
				}
				for _, origin := range []string{"", "Origin: null", "Origin: https://evil.test"} {
					if reads && origin == "" {
						continue // as by a link or an address that was typed
					}
					if got := s.Do(method, target, "{}", writer, origin); got.Status != http.StatusUnauthorized && got.Status != http.StatusForbidden {
						t.Errorf("%s %s with %q = %d %s", method, target, origin, got.Status, got.Body)
					}
				}
			}
		}
		if guarded < 10 {
			t.Errorf("%d routes are guarded, want all of the resources", guarded)
		}
		if rows, err := db.Rows(t.Context(), "book"); rows != 2 || err != nil {
			t.Errorf("%d books, %v, want those of the fixtures", rows, err)
		}
	})
}
