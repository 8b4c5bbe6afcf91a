package app

import (
	"net/http"
	"strings"
	"testing"
	"time"
)

func TestFormHasTheTimeoutOfOneRequest(t *testing.T) {
	t.Parallel()
	s := startLocked(t, "3s")
	begin := time.Now()
	got := s.Do("POST", "/book/1", "_method=PATCH&title=x", "Accept: text/html", formType)
	if took := time.Since(begin); took > 5*time.Second {
		t.Errorf("a form that reads and changes took %v", took)
	}
	if got.Status != http.StatusGatewayTimeout || !strings.Contains(got.Header.Get("Content-Type"), "text/html") {
		t.Errorf("%d, %s", got.Status, got.Header.Get("Content-Type"))
	}
}
