package browsertest_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"
	"time"

	"example.com/templatesite/internal/browsertest"
)

func (r *errorRecorder) Helper() {}

func (r *errorRecorder) Fatalf(format string, args ...any) {
	r.Error(fmt.Sprintf(format, args...))
	runtime.Goexit()
}

func TestMissingElementFailsTheTestSoonWithTheTextOfThePage(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		fmt.Fprint(w, `<!doctype html><link rel="icon" href="data:,"><p>Another page.</p>`)
	}))
	t.Cleanup(server.Close)
	b := browsertest.Start(t)
	for what, do := range map[string]func(*browsertest.Tab){
		"follow Create":        func(tab *browsertest.Tab) { tab.Follow("Create") },
		"find Delete…":         func(tab *browsertest.Tab) { tab.Click("Delete…") },
		"press #box":           func(tab *browsertest.Tab) { tab.Press("#box") },
		"enter Save":           func(tab *browsertest.Tab) { tab.Enter("Save") },
		"type into #post-text": func(tab *browsertest.Tab) { tab.Type("#post-text", "x") },
		"choose red in #color": func(tab *browsertest.Tab) { tab.Choose("#color", "red") },
		"value of #post-text":  func(tab *browsertest.Tab) { tab.Value("#post-text") },
		"text of pre":          func(tab *browsertest.Tab) { tab.Text("pre") },
		`not show "Saved."`:    func(tab *browsertest.Tab) { tab.Want("Saved.") },
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			r := &errorRecorder{TB: t}
			tab := b.Open(r, server.URL)
			tab.Visit("/")
			tab.Within(time.Second)
			begin := time.Now()
			done := make(chan struct{})
			go func() {
				defer close(done)
				do(tab)
			}()
			<-done
			took, errors := time.Since(begin), r.end()
			if took > 30*time.Second || !strings.Contains(errors, what) || !strings.Contains(errors, "Another page.") {
				t.Errorf("after %v the test fails with %q", took, errors)
			}
		})
	}
}
