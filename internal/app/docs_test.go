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
	for operation, want := range map[string]string{"create-book": "201", "replace-book": "200"} {
		tab := b.Open(t, s.url)
		tab.Within(time.Minute) // a script of more than a megabyte makes the page
		tab.Visit("/docs#/book/" + operation)
		tab.Enter("Try it out")
		tab.Want("List books", "Readiness")
		tab.Enter("Execute")
		if status := tab.Text(".live-responses-table tbody .response-col_status"); !strings.HasPrefix(status, want) {
			t.Errorf("%s: the page shows the status %q, want %s", operation, status, want)
		}
	}
	if book := s.do("GET", "/book/3", ""); book.status != http.StatusOK || !strings.Contains(book.body, "Walden") {
		t.Errorf("GET /book/3 = %d %s", book.status, book.body)
	}
}
