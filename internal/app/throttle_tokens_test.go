// feature: tokens

package app

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"example.com/templatesite/internal/database"
	"example.com/templatesite/internal/throttle"
	"example.com/templatesite/internal/token"
)

func TestEachTokenHasLimitsOfItsOwn(t *testing.T) {
	onEachWithTokens(t, func(t *testing.T, env map[string]string, _ *database.DB) {
		one, other := newToken(t, env, "create", "one", "--scope", "read"), newToken(t, env, "create", "other", "--scope", "read")
		s := startServiceOf(t, tokenService(), throttled(asking(env, "all"), 1))
		s.Want(http.StatusOK, "GET", "/book/1", "", one)
		s.Want(http.StatusTooManyRequests, "GET", "/book/1", "", one)
		s.Want(http.StatusOK, "GET", "/book/1", "", other)
		record := s.record("request", func(r map[string]any) bool { return r["status"] == 429.0 })
		if record["caller"] != "token:1" {
			t.Errorf("the log has %v", record)
		}
	})
}

// Once the table is gone, a lookup is a 503: a 429 shows that there was none.
func TestWrongTokensBeyondTheirLimitCostNoQuery(t *testing.T) {
	onEachWithTokens(t, func(t *testing.T, env map[string]string, db *database.DB) {
		known := newToken(t, env, "create", "known", "--scope", "read")
		settings := throttled(asking(env, "all"), 1000)
		settings["TRUSTED_PROXIES"] = "127.0.0.1"
		s := startServiceOf(t, tokenService(), settings)
		s.Want(http.StatusOK, "GET", "/book/1", "", known)
		for range throttle.Guesses.Count {
			s.Want(http.StatusUnauthorized, "GET", "/book/1", "", wrongToken(t, db))
		}
		wrong := wrongToken(t, db)
		if _, err := db.Write.ExecContext(t.Context(), "drop table api_token"); err != nil {
			t.Fatal(err)
		}
		refused := s.Want(http.StatusTooManyRequests, "GET", "/book/1", "", wrong)
		if wait, err := strconv.Atoi(refused.Header.Get("Retry-After")); err != nil || wait < 1 || wait > 6 {
			t.Errorf("refused for %d seconds", wait)
		}
		s.Want(http.StatusOK, "GET", "/book/1", "", known)
		s.Want(http.StatusServiceUnavailable, "GET", "/book/1", "", wrong, "X-Forwarded-For: 192.0.2.1")
	})
}

// wrongToken returns a header with a token that has the right form, and that nobody has.
func wrongToken(t *testing.T, db *database.DB) string {
	t.Helper()
	one := &token.Token{Name: fmt.Sprintf("guess-%d", time.Now().UnixNano()), Owner: "x", Scopes: []string{"read"}}
	secret, err := token.New(db.DB, "sample").Create(t.Context(), one)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.Write.ExecContext(t.Context(), "delete from api_token where name = $1", one.Name); err != nil {
		t.Fatal(err)
	}
	return "Authorization: Bearer " + strings.TrimSpace(secret)
}
