package app

import (
	"slices"
	"testing"
	"time"

	"example.com/templatesite/internal/browsertest"
)

func TestAdminPagesInABrowser(t *testing.T) {
	t.Parallel()
	const token = "a-token-of-operators"
	s := startService(t, map[string]string{"ADMIN_TOKEN": token})
	b := browsertest.Start(t)
	t.Run("can read and use every page", func(t *testing.T) {
		t.Parallel()
		tab := b.Open(t, s.admin)
		tab.SignIn("anyone", token)
		for scheme, width := range map[string]int64{"light": 320, "dark": 1280} {
			tab.SetScreen(width, 800, scheme)
			for _, path := range []string{"/", "/settings"} {
				tab.Visit(path)
				for _, found := range tab.Audit() {
					t.Errorf("%s, %s, %d pixels wide: %s", path, scheme, width, found)
				}
			}
		}
		tab.WithoutScripts()
		tab.Visit("/")
		tab.Want("Ready", "Log level", "debug", "Live plots")
		tab.Follow("Settings")
		tab.Want("ADMIN_TOKEN", "***")
		tab.Follow(testService.Name)
		tab.Follow("Profiles")
		tab.Want("goroutine")
	})
	t.Run("can read the values of the settings", func(t *testing.T) {
		t.Parallel()
		tab := b.Open(t, s.admin)
		tab.SignIn("anyone", token)
		for width, least := range map[int64]float64{320: 200, 390: 250, 961: 250, 1280: 300} {
			tab.SetScreen(width, 800, "light")
			tab.Visit("/settings")
			const narrowest = `Math.min(...[...document.querySelectorAll('tbody td:nth-child(2)')].map((e) => e.getBoundingClientRect().width))`
			if got := browsertest.Evaluate[float64](tab, narrowest); got < least {
				t.Errorf("%d pixels wide: a value has %.0f pixels", width, got)
			}
		}
	})
	t.Run("sees the requests as they come", func(t *testing.T) {
		t.Parallel()
		livePlots(t, b, s, token)
	})
}

// drawn is a JavaScript function that returns the values of a series, oldest first.
const drawn = `(name, series) => [...document.getElementById(name)?.data?.[series]?.y ?? []]`

func livePlots(t *testing.T, b *browsertest.Browser, s *service, token string) {
	tab := b.Open(t, s.admin)
	tab.SignIn("anyone", token)
	tab.SetScreen(1280, 5000, "light") // plots outside the window are not drawn
	tab.Visit("/")
	tab.Follow("Live plots")
	// Each plot shows its values once something has happened.
	wanted := map[string]string{
		"2xx": "('requests', 0)", "4xx": "('requests', 2)", "p50": "('latency', 0)", "p99": "('latency', 1)", "maximum": "('connections', 2)",
		"statements": "('statements', 0)", "p99 of statements": "('statement-latency', 1)", "goroutines": "('goroutines', 1)",
	}
	for end := time.Now().Add(time.Minute); len(wanted) > 0 && time.Now().Before(end); {
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
}
