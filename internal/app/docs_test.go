package app

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"example.com/templatesite/internal/browsertest"
)

// Nothing is typed: what the page begins with are the examples.
func TestRequestsCanBeTriedOnTheDocumentsPage(t *testing.T) {
	t.Parallel()
	s := startService(t, nil)
	b := browsertest.Start(t)
	for operation, want := range map[string]string{"create-tweet": "201", "replace-tweet": "200"} {
		tab := b.Open(t, s.url)
		tab.Within(time.Minute) // a script of more than a megabyte makes the page
		tab.Visit("/docs#/tweet/" + operation)
		tab.Enter("Try it out")
		tab.Want("List tweets", "Readiness")
		tab.Enter("Execute")
		if status := tab.Text(".live-responses-table tbody .response-col_status"); !strings.HasPrefix(status, want) {
			t.Errorf("%s: the page shows the status %q, want %s", operation, status, want)
		}
	}
	if tweet := s.do("GET", "/tweet/3", ""); tweet.status != http.StatusOK || !strings.Contains(tweet.body, "Hello, world") {
		t.Errorf("GET /tweet/3 = %d %s", tweet.status, tweet.body)
	}
}
