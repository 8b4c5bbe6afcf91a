package admin_test

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"example.com/templatesite/internal/admin"
	"example.com/templatesite/internal/web"
)

func TestGuessesFromManyAddressesAreLimitedAndSummarizedInTheLog(t *testing.T) {
	t.Parallel()
	var output bytes.Buffer
	counted := 0
	guard := admin.NewGuard("a-token-of-operators", nil, slog.New(slog.NewTextHandler(&output, nil)))
	guard.OnWrong = func() { counted++ }
	h := guard.Middleware(http.NotFoundHandler())
	const guesses = 1 << 17
	statuses := map[int]int{}
	for i := range guesses {
		r := httptest.NewRequest("GET", "/", nil)
		r.Header.Set("Authorization", "Bearer a-guess")
		r = r.WithContext(web.WithInfo(r.Context(), &web.Info{Client: fmt.Sprintf("2001:db8::%x", i)}))
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		statuses[w.Code]++
	}
	guard.Close()
	// The addresses beyond maxAddresses share one limit. On a slow machine the test takes more than one window.
	if statuses[http.StatusTooManyRequests] < guesses/2 || counted != guesses {
		t.Errorf("%d guesses from as many addresses: %v, %d counted", guesses, statuses, counted)
	}
	if lines := strings.Count(output.String(), "\n"); lines < 2 || !strings.Contains(output.String(), "count=1\n") {
		t.Errorf("the log is\n%s", output.String())
	}
}

func TestReplacedTokenIsTakenOver(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		const first, second, weak = "the-first-token-of-operators", "the-second-token-of-operators", ""
		inFile := first
		read := func() (string, error) {
			if inFile == weak {
				return "", errors.New("names an empty file")
			}
			return inFile, nil
		}
		guard := admin.NewGuard(first, read, slog.New(slog.DiscardHandler))
		h := guard.Middleware(http.NotFoundHandler())
		check := func(when string, want map[string]int) {
			t.Helper()
			time.Sleep(time.Second)
			for token, status := range want {
				r := httptest.NewRequest("GET", "/", nil)
				r.Header.Set("Authorization", "Bearer "+token)
				w := httptest.NewRecorder()
				if h.ServeHTTP(w, r); w.Code != status {
					t.Errorf("%s, %s gets %d, want %d", when, token, w.Code, status)
				}
			}
		}
		check("at first", map[string]int{first: 404, second: 401})
		inFile = weak
		check("while the file is empty", map[string]int{first: 404, second: 401})
		inFile = second
		check("after the replacement", map[string]int{first: 404, second: 404})
		time.Sleep(3 * time.Minute)
		check("later", map[string]int{first: 401, second: 404})
		guard.Close()
	})
}
