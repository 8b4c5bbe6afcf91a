package app

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"example.com/templatesite/internal/database"
	"example.com/templatesite/internal/web"
	"example.com/templatesite/internal/webtest"
)

func TestSignInAndSignOutAreRecorded(t *testing.T) {
	onEachWithSessions(t, func(t *testing.T, env map[string]string, _ *database.DB) {
		service := sessionService()
		service.Audit = true
		if status, _, stderr := commandOf(t, service, env, "", "migrate"); status != 0 {
			t.Fatal(stderr)
		}
		secret := strings.TrimPrefix(newToken(t, env, "create", "a", "--owner", "alice", "--scope", "write"), "Authorization: Bearer ")
		s := startServiceOf(t, service, asking(env, "all"))
		first := signInWith(t, s, secret, "X-Request-ID: first")
		second := signInWith(t, s, secret, first, fromHere, "X-Request-ID: second")
		s.Want(http.StatusCreated, "POST", "/book/", validBook, second, fromHere, "X-Request-ID: book")
		s.Want(http.StatusUnauthorized, "POST", "/sign-in", "", "X-Request-ID: nobody")
		for range 2 { // there is nothing to end the second time
			s.Want(http.StatusNoContent, "POST", "/sign-out", "", second, fromHere, "X-Request-ID: out")
		}
		trail, _ := auditOf(t, service, env)
		var got []string
		for i, line := range strings.Split(strings.TrimSpace(trail), "\n") {
			if fields := strings.Fields(line); i > 0 {
				got = append(got, strings.Join(append(fields[2:3], fields[5:]...), " "))
			}
		}
		want := []string{
			"token:1 sign-in session " + idOf(first) + " first", "token:1 end session " + idOf(first) + " second", "token:1 sign-in session " + idOf(second) + " second",
			"token:1 create book 3 book", "token:1 sign-out session " + idOf(second) + " out",
		}
		if strings.Join(got, "\n") != strings.Join(want, "\n") {
			t.Errorf("the trail has %q, want %q", got, want)
		}
		for _, cookie := range []string{first, second, secret} {
			if strings.Contains(trail, strings.TrimPrefix(cookie, "Cookie: session=")) {
				t.Errorf("the trail has a secret:\n%s", trail)
			}
		}
	})
}

// idOf returns what the trail calls the session of a cookie.
func idOf(cookie string) string {
	hash := web.HashSecret(strings.TrimPrefix(cookie, "Cookie: session="))
	return fmt.Sprintf("%x", hash[:8])
}

func TestSessionThatCannotBeRecordedNeitherBeginsNorEnds(t *testing.T) {
	onEachWithSessions(t, func(t *testing.T, env map[string]string, db *database.DB) {
		service := sessionService()
		service.Audit = true
		if status, _, stderr := commandOf(t, service, env, "", "migrate"); status != 0 {
			t.Fatal(stderr)
		}
		token := newToken(t, env, "create", "a", "--scope", "read")
		s := startServiceOf(t, service, asking(env, "all"))
		cookie := signInWith(t, s, strings.TrimPrefix(token, "Authorization: Bearer "))
		if _, err := db.Write.ExecContext(t.Context(), "drop table audit"); err != nil {
			t.Fatal(err)
		}
		for _, refused := range []webtest.Response{
			s.Want(http.StatusServiceUnavailable, "POST", "/sign-in", "", token),
			s.Want(http.StatusServiceUnavailable, "POST", "/sign-in", "", token, cookie, fromHere),
			s.Want(http.StatusServiceUnavailable, "POST", "/sign-out", "", cookie, fromHere),
		} {
			if refused.Header.Get("Set-Cookie") != "" || refused.Header.Get("Retry-After") == "" {
				t.Errorf("the refusal is %v %s", refused.Header, refused.Body)
			}
		}
		s.Want(http.StatusOK, "GET", "/book/1", "", cookie)
		if rows, err := db.Rows(t.Context(), "api_session"); rows != 1 || err != nil {
			t.Errorf("%d sessions, %v, want the first", rows, err)
		}
	})
}
