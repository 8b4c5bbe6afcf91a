package app

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"example.com/templatesite/internal/browsertest"
)

// The page fills in the examples of the description, so the test types nothing.
func TestDocsPageSendsItsExamples(t *testing.T) {
	t.Parallel()
	s := startService(t, nil)
	b := browsertest.Start(t)
	for operation, want := range map[string]struct{ status, path string }{"create-book": {"201", "/book/3"}, "replace-book": {"200", "/book/1"}} {
		t.Run(operation, func(t *testing.T) {
			t.Parallel()
			tab := b.Open(t, s.url)
			tab.Within(time.Minute) // a script of more than a megabyte renders the page
			tab.Visit("/docs#/book/" + operation)
			tab.Enter("Try it out")
			tab.Want("List books", "Readiness")
			tab.Enter("Execute")
			if status := tab.Text(".live-responses-table tbody .response-col_status"); !strings.HasPrefix(status, want.status) {
				t.Errorf("the page shows the status %q, want %s", status, want.status)
			}
			// Unlike the fixtures, the example has a note.
			if book := s.Do("GET", want.path, ""); book.Status != http.StatusOK || !strings.Contains(book.Body, "A gift") {
				t.Errorf("GET %s = %d %s", want.path, book.Status, book.Body)
			}
		})
	}
}

func TestLogNamesTheDocumentsOfAnUnspecifiedAddress(t *testing.T) {
	t.Parallel()
	s := startService(t, map[string]string{"ADDRESS": ":0"})
	if serving := s.record("serving", nil); serving["documents"] != "/docs" {
		t.Errorf("the log says %v", serving)
	}
}

func TestDocumentsHaveCacheAndSecurityHeaders(t *testing.T) {
	t.Parallel()
	s := startService(t, nil)
	s.checkHeaders([]headers{
		{"GET", "/docs", "", "Accept: text/html", 200, "no-cache"},
	})
}
