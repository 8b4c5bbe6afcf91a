package app

import (
	"testing"

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
		tab.Want("Ready", "Log level", "debug")
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
}
