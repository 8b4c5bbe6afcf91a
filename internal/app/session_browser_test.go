package app

import (
	"net/http"
	"strings"
	"testing"

	"example.com/templatesite/internal/browsertest"
)

func TestPeopleSignInWithABrowser(t *testing.T) {
	t.Parallel()
	b := browsertest.Start(t)
	for name, test := range map[string]func(*testing.T, *browsertest.Browser){
		"without a script":        signInAndOut,
		"and see what they may":   readOnly,
		"without losing a form":   endedSession,
		"on pages for everyone":   accessibleSignIn,
		"with the keyboard alone": signInByKeyboard,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, b)
		})
	}
}

// signingIn starts a service that asks everyone, and returns a token with these scopes.
func signingIn(t *testing.T, b *browsertest.Browser, scopes ...string) (tab *browsertest.Tab, secret string) {
	t.Helper()
	env := sessionSettings(t)
	args := []string{"create", "alice-laptop", "--owner", "alice"}
	for _, scope := range scopes {
		args = append(args, "--scope", scope)
	}
	secret = strings.TrimPrefix(newToken(t, env, args...), "Authorization: Bearer ")
	s := startServiceOf(t, sessionService(), asking(env, "all"))
	return b.Open(t, s.url), secret
}

func signInAndOut(t *testing.T, b *browsertest.Browser) {
	tab, secret := signingIn(t, b, "read", "write")
	tab.WithoutScripts()
	if status := tab.Visit("/book/?limit=1"); status != http.StatusUnauthorized {
		t.Errorf("the status is %d", status)
	}
	tab.Want("You are not signed in")
	tab.Follow("Sign in")
	tab.Type("#token", "sample_"+strings.Repeat("A", 58))
	if status := tab.Follow("Sign in"); status != http.StatusUnauthorized || tab.Value("#token") != "" {
		t.Errorf("a wrong token is a %d, and the page has %q", status, tab.Value("#token"))
	}
	tab.Want("The credential is not valid.")
	tab.Type("#token", secret)
	tab.Follow("Sign in")
	tab.Want("Signed in as alice", "book/?limit=1")
	fillIn(tab)
	tab.Follow("Create")
	tab.Want("Created.", "Walden", "Signed in as alice")
	tab.Follow("Sign out")
	tab.Want("Sign in")
	if status := tab.Visit("/book/"); status != http.StatusUnauthorized {
		t.Errorf("after signing out the status is %d", status)
	}
}

func readOnly(t *testing.T, b *browsertest.Browser) {
	tab, secret := signingIn(t, b, "read")
	tab.Visit("/sign-in?to=/book/1")
	tab.Type("#token", secret)
	tab.Follow("Sign in")
	tab.Want("Needs a caller with the scope book:write")
	if controls := browsertest.Evaluate[int](tab, `document.querySelectorAll('main form').length`); controls != 0 {
		t.Errorf("%d forms are offered", controls)
	}
}

func endedSession(t *testing.T, b *browsertest.Browser) {
	tab, secret := signingIn(t, b, "read", "write")
	tab.Visit("/sign-in?to=/book/")
	tab.Type("#token", secret)
	tab.Follow("Sign in")
	fillIn(tab)
	other := tab.Beside()
	other.Visit("/")
	other.Follow("Sign out")
	if status := tab.Follow("Create"); status != http.StatusUnauthorized {
		t.Errorf("the form is answered with a %d", status)
	}
	tab.Want("what you typed is still in it", "Sign in (new tab)")
	other.Visit("/sign-in")
	other.Type("#token", secret)
	other.Follow("Sign in")
	tab.Follow("Create")
	tab.Want("Created.", "Walden")
}

func signInByKeyboard(t *testing.T, b *browsertest.Browser) {
	tab, secret := signingIn(t, b, "read")
	tab.Visit("/sign-in")
	if focused := browsertest.Evaluate[string](tab, `document.activeElement.id`); focused != "token" {
		t.Errorf("the focus is on %q", focused)
	}
	if visited := tab.TabThrough(1); visited[0] != "Sign in" {
		t.Errorf("the next stop is %s", visited)
	}
	tab.Type("#token", secret)
	tab.Follow("Sign in")
	tab.Want("Signed in as alice")
	visited := strings.Join(tab.TabThrough(4), ",")
	if !strings.Contains(visited, ",Sign out") || strings.Contains(visited, "(unseen)") {
		t.Errorf("the stops are %s", visited)
	}
}

func accessibleSignIn(t *testing.T, b *browsertest.Browser) {
	tab, secret := signingIn(t, b, "read")
	for _, width := range []int64{375, 1280} {
		for _, scheme := range []string{"light", "dark"} {
			tab.SetScreen(width, 800, scheme)
			look := func(name string) {
				for _, found := range tab.Audit() {
					t.Errorf("%s, %s, %d pixels wide: %s", name, scheme, width, found)
				}
			}
			tab.Visit("/book/")
			look("refused")
			tab.Follow("Sign in")
			look("form")
			tab.Type("#token", "wrong")
			tab.Follow("Sign in")
			look("mistake")
			tab.Type("#token", secret)
			tab.Follow("Sign in")
			look("collection")
			tab.Visit("/book/1")
			look("item")
			tab.Follow("Sign out")
			look("index")
		}
	}
}
