package app

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"example.com/templatesite/internal/admin"
	"example.com/templatesite/internal/browsertest"
)

func TestLivePlotsUseExistingMetrics(t *testing.T) {
	t.Parallel()
	s := startService(t, nil)
	s.Do("GET", "/book/1", "")
	metrics := s.Do("GET", s.admin+"/metrics", "").Body
	names := admin.Plotted()
	for _, name := range names {
		if !strings.Contains(metrics, "\n# TYPE "+name+" ") {
			t.Errorf("the metrics lack %s", name)
		}
	}
	if len(names) == 0 {
		t.Error("the plots use no metrics")
	}
}

// upgrade are the headers with which a browser opens the WebSocket of the live plots.
var upgrade = []string{"Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA=="}

// drawn is a JavaScript function that returns the values of a series, oldest first.
const drawn = `(name, series) => [...document.getElementById(name)?.data?.[series]?.y ?? []]`

func TestLivePlotsShowRequestsAsTheyCome(t *testing.T) {
	t.Parallel()
	const token = "a-token-of-operators"
	s := startService(t, map[string]string{"ADMIN_TOKEN": token})
	b := browsertest.Start(t)
	tab := b.Open(t, s.admin)
	tab.SignIn("anyone", token)
	tab.SetScreen(1280, 5000, "light") // plots outside the window are not drawn
	tab.Visit("/")
	tab.Follow("Live plots")
	// Each plot shows its values once something has happened.
	waitForPlots := func(wanted map[string]string) {
		for end := time.Now().Add(3 * time.Minute); len(wanted) > 0 && time.Now().Before(end); {
			for range 20 {
				s.Do("GET", "/book/", "")
				s.Do("GET", "/nowhere", "")
			}
			for name, series := range wanted {
				if browsertest.Evaluate[bool](tab, "("+drawn+")"+series+".some((y) => y > 0)") {
					delete(wanted, name)
				}
			}
		}
		for name := range wanted {
			t.Errorf("the plots show nothing of %s", name)
		}
	}
	waitForPlots(map[string]string{
		"2xx": "('requests', 0)", "4xx": "('requests', 2)", "p50": "('latency', 0)", "p99": "('latency', 1)", "maximum": "('connections', 2)",
		"statements": "('statements', 0)", "p99 of statements": "('statement-latency', 1)",
	})
	if first := browsertest.Evaluate[string](tab, "document.querySelector('.plot-card').id"); first != "requests" {
		t.Errorf("the first plot is %s", first)
	}
	latency := browsertest.Evaluate[[]float64](tab, "("+drawn+")('latency', 1)")
	for _, p99 := range latency {
		if p99 < 0 || p99 > 10 {
			t.Errorf("p99 = %v", latency)
		}
	}
	tab.Press("label[for=range5]")
	tab.Type("#plot-search", "latency")
	if hidden := browsertest.Evaluate[[]bool](tab, "['requests', 'latency', 'goroutines'].map((id) => document.getElementById(id).hidden)"); !slices.Equal(hidden, []bool{true, false, true}) {
		t.Errorf("a search for latency hides requests, latency, goroutines: %v, want all but latency", hidden)
	}
	// A slow browser draws only the first plots of the page before the next values come.
	tab.Type("#plot-search", "goroutines")
	waitForPlots(map[string]string{"goroutines": "('goroutines', 1)"})
}

func TestLivePlotsAreForOperatorsOnly(t *testing.T) {
	t.Parallel()
	s := startService(t, nil)
	guarded := startService(t, map[string]string{"ADMIN_TOKEN": "a-token-of-operators"})
	for url, want := range map[string]int{
		s.admin + "/debug/statsviz/ws":       http.StatusSwitchingProtocols,
		guarded.admin + "/debug/statsviz/ws": http.StatusUnauthorized,
		s.url + "/debug/statsviz/ws":         http.StatusNotFound,
	} {
		if got := s.Do("GET", url, "", upgrade...); got.Status != want {
			t.Errorf("GET %s = %d %s", url, got.Status, got.Body)
		}
	}
}
