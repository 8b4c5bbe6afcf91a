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

func TestGuessesFromManyAddressesAreLimitedTooAndCountedInOneLine(t *testing.T) {
	t.Parallel()
	var output bytes.Buffer
	counted := 0
	guard := admin.NewGuard("a-token-of-operators", slog.New(slog.NewTextHandler(&output, nil)), func() { counted++ })
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
	// What is more than can be remembered shares one limit; on a slow machine more than one minute passes.
	if statuses[http.StatusTooManyRequests] < guesses/2 || counted != guesses {
		t.Errorf("%d guesses from as many addresses: %v, and %d are counted", guesses, statuses, counted)
	}
	if lines := strings.Count(output.String(), "\n"); lines < 2 || !strings.Contains(output.String(), "count=1\n") {
		t.Errorf("the log says\n%s", output.String())
	}
}
