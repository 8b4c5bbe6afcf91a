package admin_test

import (
	"bytes"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"example.com/templatesite/internal/admin"
	"example.com/templatesite/internal/web"
)

func TestGuessesFromManyAddressesAreLimitedAndSummarizedInTheLog(t *testing.T) {
	t.Parallel()
	var output bytes.Buffer
	counted := 0
	guard := admin.NewGuard("a-token-of-operators", slog.New(slog.NewTextHandler(&output, nil)))
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
