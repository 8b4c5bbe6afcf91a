package app

import (
	"net/http"
	"strings"
	"testing"

	"example.com/templatesite/internal/browsertest"
)

func TestPeopleSignInAtTheProviderWithABrowser(t *testing.T) {
	t.Parallel()
	b := browsertest.Start(t)
	for name, test := range map[string]func(*testing.T, *browsertest.Tab, string){
		"without a script":        signInAtProviderAndOut,
		"with the keyboard alone": signInAtProviderByKeyboard,
		"on pages for everyone":   accessibleProvider,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, p := withSignIn(t, sessionSettings(t), clientSecret)
			tab := b.Open(t, s.url)
			tab.Allow(p.Issuer)
			test(t, tab, "Sign in with "+strings.TrimPrefix(p.Issuer, "http://"))
		})
	}
}

func signInAtProviderAndOut(t *testing.T, tab *browsertest.Tab, button string) {
	tab.WithoutScripts()
	tab.Visit("/book/?limit=1")
	tab.Follow("Sign in")
	tab.Follow(button)
	tab.Want("Signed in as", "book/?limit=1")
	fillIn(tab)
	tab.Follow("Create")
	tab.Want("Created.", "Walden", "Signed in as")
	tab.Follow("Sign out")
	tab.Want("Sign in")
	if status := tab.Visit("/book/"); status != http.StatusUnauthorized {
		t.Errorf("after signing out the status is %d", status)
	}
	if status := tab.Visit("/sign-in/callback?code=x&state=y"); status != http.StatusBadRequest {
		t.Errorf("the answer to another sign-in is answered with %d", status)
	}
	tab.Want("was not begun in this browser")
	tab.Follow("Sign in again")
	tab.Want(button)
}

func signInAtProviderByKeyboard(t *testing.T, tab *browsertest.Tab, button string) {
	tab.Visit("/sign-in?to=/book/1")
	visited := strings.Join(tab.TabThrough(6), ",")
	if !strings.HasSuffix(visited, ","+button) || strings.Contains(visited, "(unseen)") {
		t.Errorf("the stops are %s", visited)
	}
	tab.Enter(button)
	tab.Want("Signed in as", "book/1")
}

func accessibleProvider(t *testing.T, tab *browsertest.Tab, _ string) {
	for _, width := range []int64{375, 1280} {
		for _, scheme := range []string{"light", "dark"} {
			tab.SetScreen(width, 800, scheme)
			for _, path := range []string{"/sign-in", "/sign-in/callback"} {
				tab.Visit(path)
				for _, found := range tab.Audit() {
					t.Errorf("%s, %s, %d pixels wide: %s", path, scheme, width, found)
				}
			}
		}
	}
}
