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
const drawn = `(name, series) => [...document.getElementById(name)?.data?.find((s) => s.name == series)?.y ?? []]`

// It is not parallel: the plots are drawn each second, and a page that gets too little of the
// processor for that answers nothing else.
func TestLivePlotsShowRequestsAsTheyCome(t *testing.T) {
	const token = "a-token-of-operators"
	s := startService(t, map[string]string{"ADMIN_TOKEN": token})
	b := browsertest.Start(t)
	tab := b.Open(t, s.admin)
	tab.SignIn("anyone", token)
	tab.SetScreen(1280, 700, "light")
	tab.Visit("/")
	tab.Follow("Live plots")
	tab.Within(time.Minute)
	// Each plot shows its values once something has happened. The search leaves one plot to draw:
	// on a busy machine all of them would keep the page from answering.
	for _, plot := range []struct{ name, series string }{
		{"requests", "2xx"},
		{"requests", "4xx"},
		{"latency", "p50"},
		{"latency", "p99"},
		{"connections", "maximum"},
		{"statements", "succeeded"},
		{"statement-latency", "p99"},
		{"goroutines", "goroutines"},
	} {
		tab.Type("#plot-search", plot.name)
		shown := func() bool {
			return browsertest.Evaluate[bool](tab, "("+drawn+")('"+plot.name+"', '"+plot.series+"').some((y) => y > 0)")
		}
		for end := time.Now().Add(time.Minute); !shown() && time.Now().Before(end); time.Sleep(200 * time.Millisecond) {
			s.Do("GET", "/book/", "")
			s.Do("GET", "/nowhere", "")
		}
		if !shown() {
			t.Errorf("the plot %s shows nothing of %s", plot.name, plot.series)
		}
	}
	tab.Type("#plot-search", "")
	if first := browsertest.Evaluate[string](tab, "document.querySelector('.plot-card').id"); first != "requests" {
		t.Errorf("the first plot is %s", first)
	}
	latency := browsertest.Evaluate[[]float64](tab, "("+drawn+")('latency', 'p99')")
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
