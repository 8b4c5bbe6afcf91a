package app

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3"

	"example.com/templatesite/internal/database"
	"example.com/templatesite/internal/web"
	"example.com/templatesite/internal/webtest"
)

// sessionService is the service under test with tokens and sessions.
func sessionService() Service {
	service := tokenService()
	service.Sessions = true
	return service
}

// onEachWithSessions runs test on every engine, with the settings of a database that has the fixtures
// and the tables of the tokens and the sessions.
func onEachWithSessions(t *testing.T, test func(t *testing.T, env map[string]string, db *database.DB)) {
	t.Helper()
	onEachWithTokens(t, func(t *testing.T, env map[string]string, db *database.DB) {
		if status, stdout, stderr := commandOf(t, sessionService(), env, "", "migrate"); status != 0 || !strings.Contains(stdout, "applied api_session/") {
			t.Fatalf("app migrate = %d: %s%s", status, stdout, stderr)
		}
		test(t, env, db)
	})
}

const wantPage = "Accept: text/html"

// fromHere is what browsers say when a page of this origin sends a change.
const fromHere = "Sec-Fetch-Site: same-origin"

// postSignIn sends the form to sign in, with a token and the path that it leads to.
func postSignIn(s *service, secret, to string, headers ...string) webtest.Response {
	form := url.Values{"token": {secret}, "to": {to}}.Encode()
	return s.Do("POST", "/sign-in", form, append([]string{formType, wantPage}, headers...)...)
}

// signIn makes a token with these scopes, signs in with it, and returns the header of the cookie.
func signIn(t *testing.T, s *service, env map[string]string, name string, scopes ...string) (cookie string) {
	t.Helper()
	args := []string{"create", name, "--owner", "alice"}
	for _, scope := range scopes {
		args = append(args, "--scope", scope)
	}
	return signInWith(t, s, strings.TrimPrefix(newToken(t, env, args...), "Authorization: Bearer "))
}

func signInWith(t *testing.T, s *service, secret string, headers ...string) (cookie string) {
	t.Helper()
	answer := postSignIn(s, secret, "/book/", headers...)
	set := answer.Header.Values("Set-Cookie")
	if answer.Status != http.StatusSeeOther || answer.Header.Get("Location") != "/book/" || len(set) != 1 {
		t.Fatalf("the form is answered with %d %v %s", answer.Status, answer.Header, answer.Body)
	}
	pair, _, _ := strings.Cut(set[0], ";")
	return "Cookie: " + pair
}

// await calls f until it returns true, for longer than an answer is remembered.
func await(t *testing.T, what string, f func() bool) {
	t.Helper()
	for end := time.Now().Add(15 * time.Second); !f(); time.Sleep(100 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("%s did not happen", what)
		}
	}
}

func TestCookieStandsForTheTokenUntilSignOut(t *testing.T) {
	onEachWithSessions(t, func(t *testing.T, env map[string]string, db *database.DB) {
		s := startServiceOf(t, sessionService(), asking(env, "all"))
		refused := s.Want(http.StatusUnauthorized, "GET", "/book/?limit=1", "", wantPage)
		if !strings.Contains(refused.Body, `href="/sign-in?to=%2Fbook%2F%3Flimit%3D1"`) {
			t.Errorf("the page does not lead to signing in and back: %s", refused.Body)
		}
		cookie := signIn(t, s, env, "alice-laptop", "read", "book:write")
		page := s.Want(http.StatusOK, "GET", "/book/", "", wantPage, cookie)
		if !strings.Contains(page.Body, "alice</strong>") || !strings.Contains(page.Body, "<code>book:write</code>") || page.Header.Get("Cache-Control") != "no-store" {
			t.Errorf("the page does not say who has signed in: %v %s", page.Header, page.Body)
		}
		for _, open := range []string{"/", "/nothing"} {
			if page := s.Do("GET", open, "", wantPage, cookie); !strings.Contains(page.Body, "alice</strong>") {
				t.Errorf("%s does not say who has signed in", open)
			}
		}
		answer := s.Want(http.StatusOK, "GET", "/book/1", "", cookie)
		if answer.Header.Get("Cache-Control") != "no-store" || !strings.Contains(strings.Join(answer.Header.Values("Vary"), ","), "Cookie") {
			t.Errorf("the answer may be kept for others: %v", answer.Header)
		}
		s.Want(http.StatusCreated, "POST", "/book/", validBook, cookie, fromHere)
		s.Want(http.StatusForbidden, "POST", "/shelf/", `{"name":"new","room":"new"}`, cookie, fromHere)
		if who := s.Want(http.StatusOK, "GET", "/sign-in", "", cookie).Body; !strings.Contains(who, `"signed_in":true`) || !strings.Contains(who, `"owner":"alice"`) {
			t.Errorf("GET /sign-in is answered with %s", who)
		}
		left := s.Want(http.StatusSeeOther, "POST", "/sign-out", "", formType, wantPage, cookie, fromHere)
		if cleared := left.Header.Get("Set-Cookie"); left.Header.Get("Location") != "/" || !strings.HasPrefix(cleared, "session=;") || !strings.Contains(cleared, "Max-Age=0") {
			t.Errorf("signing out is answered with %v", left.Header)
		}
		gone := s.Want(http.StatusUnauthorized, "GET", "/book/1", "", cookie)
		if cleared := gone.Header.Get("Set-Cookie"); !strings.HasPrefix(cleared, "session=;") {
			t.Errorf("the cookie of a session that has ended is not cleared: %v", gone.Header)
		}
		if rows, err := db.Rows(t.Context(), "api_session"); rows != 0 || err != nil {
			t.Errorf("%d sessions are left, %v", rows, err)
		}
	})
}

func TestCookieIsAsSafeAsTheSchemeAllows(t *testing.T) {
	onEachWithSessions(t, func(t *testing.T, env map[string]string, _ *database.DB) {
		env["TRUSTED_PROXIES"], env["ALLOWED_HOSTS"] = "127.0.0.0/8", "shop.test,127.0.0.1"
		s := startServiceOf(t, sessionService(), asking(env, "all"))
		delete(env, "TRUSTED_PROXIES")
		stranger := startServiceOf(t, sessionService(), asking(env, "all"))
		secret := strings.TrimPrefix(newToken(t, env, "create", "a", "--scope", "read"), "Authorization: Bearer ")
		https := []string{"Host: shop.test", "X-Forwarded-Proto: https"}
		for _, tt := range []struct {
			service *service
			headers []string
			want    string
		}{
			{s, https, "__Host-session=; Path=/; HttpOnly; Secure; SameSite=Lax"},
			{s, https[:1], "session=; Path=/; HttpOnly; SameSite=Lax"},
			{stranger, https, "session=; Path=/; HttpOnly; SameSite=Lax"},
		} {
			name, rest, _ := strings.Cut(postSignIn(tt.service, secret, "/", tt.headers...).Header.Get("Set-Cookie"), "=")
			value, attributes, _ := strings.Cut(rest, ";")
			if got := name + "=;" + attributes; got != tt.want || len(value) != 43 {
				t.Errorf("%v: the cookie is %s with a value of %d characters, want %s", tt.headers, got, len(value), tt.want)
			}
		}
		cookie := signInWith(t, s, secret, https...)
		s.Want(http.StatusOK, "GET", "/book/1", "", append(https, cookie)...)
		s.Want(http.StatusUnauthorized, "GET", "/book/1", "", append(https, strings.Replace(cookie, "__Host-", "", 1))...)
		s.Want(http.StatusUnauthorized, "GET", "/book/1", "", cookie)
	})
}

func TestEachSignInMakesANewSessionAndEndsTheFormer(t *testing.T) {
	onEachWithSessions(t, func(t *testing.T, env map[string]string, db *database.DB) {
		s := startServiceOf(t, sessionService(), asking(env, "all"))
		secret := strings.TrimPrefix(newToken(t, env, "create", "a", "--scope", "read"), "Authorization: Bearer ")
		planted := "Cookie: session=" + strings.Repeat("A", 43)
		first := signInWith(t, s, secret, planted, fromHere)
		second := signInWith(t, s, secret, first, fromHere)
		if first == planted || first == second {
			t.Error("the session has the secret of another")
		}
		s.Want(http.StatusUnauthorized, "GET", "/book/1", "", planted)
		s.Want(http.StatusUnauthorized, "GET", "/book/1", "", first)
		s.Want(http.StatusOK, "GET", "/book/1", "", second)
		if rows, err := db.Rows(t.Context(), "api_session"); rows != 1 || err != nil {
			t.Errorf("%d sessions, %v", rows, err)
		}
	})
}

func TestSessionEndsWithItsToken(t *testing.T) {
	onEachWithSessions(t, func(t *testing.T, env map[string]string, db *database.DB) {
		s := startServiceOf(t, sessionService(), asking(env, "all"))
		revoked, expired := signIn(t, s, env, "revoked", "read"), signIn(t, s, env, "expired", "read")
		for _, cookie := range []string{revoked, expired} {
			s.Want(http.StatusOK, "GET", "/book/1", "", cookie)
		}
		tokenCommandOf(t, env, "revoke", "revoked")
		past := time.Now().Add(-2 * time.Second)
		if _, err := db.Write.ExecContext(t.Context(), "update api_token set expires = $1 where name = 'expired'", web.Timestamp(&past)); err != nil {
			t.Fatal(err)
		}
		for name, cookie := range map[string]string{"revoked": revoked, "expired": expired} {
			await(t, "the end of the session whose token is "+name, func() bool { return s.Do("GET", "/book/1", "", cookie).Status == http.StatusUnauthorized })
		}
	})
}

// sessionSettings returns the settings of a database that has the fixtures and every table.
func sessionSettings(t *testing.T) map[string]string {
	t.Helper()
	env := settingsOf(t, filledDB(t))
	if status, _, stderr := commandOf(t, sessionService(), env, "", "migrate"); status != 0 {
		t.Fatal(stderr)
	}
	return env
}

func TestOpenAnswersDoNotDependOnTheCookie(t *testing.T) {
	t.Parallel()
	env := sessionSettings(t)
	s := startServiceOf(t, sessionService(), asking(env, "all"))
	cookie := signIn(t, s, env, "a", "read")
	for _, path := range []string{
		"/", "/livez", "/openapi.json",
		"/static/icon.svg", "/favicon.ico", // feature: static
	} {
		without, with := s.Do("GET", path, ""), s.Do("GET", path, "", cookie)
		if with.Body != without.Body || with.Header.Get("Cache-Control") != without.Header.Get("Cache-Control") || strings.Contains(strings.Join(with.Header.Values("Vary"), ","), "Cookie") {
			t.Errorf("%s depends on the cookie: %v %v", path, with.Header, without.Header)
		}
	}
}

func TestNobodyCanSignInWhereNobodyIsAsked(t *testing.T) {
	t.Parallel()
	s := startServiceOf(t, sessionService(), asking(sessionSettings(t), "off"))
	s.Want(http.StatusNotFound, "GET", "/sign-in", "")
	if page := s.Want(http.StatusOK, "GET", "/book/", "", wantPage).Body; strings.Contains(page, "ign in") || !strings.Contains(page, "Create</button>") {
		t.Errorf("the page is %s", page)
	}
}

func TestSessionThatCannotBeCheckedIsRefused(t *testing.T) {
	onEachWithSessions(t, func(t *testing.T, env map[string]string, db *database.DB) {
		s := startServiceOf(t, sessionService(), asking(env, "all"))
		cookie := signIn(t, s, env, "a", "read")
		if _, err := db.Write.ExecContext(t.Context(), "alter table api_session rename to gone"); err != nil {
			t.Fatal(err)
		}
		await(t, "the refusal", func() bool { return s.Do("GET", "/book/1", "", cookie).Status == http.StatusServiceUnavailable })
		for _, page := range []webtest.Response{
			s.Want(http.StatusServiceUnavailable, "GET", "/book/1", "", wantPage, cookie), s.Want(http.StatusServiceUnavailable, "GET", "/sign-in", "", wantPage, cookie),
		} {
			if !strings.Contains(page.Header.Get("Content-Type"), "text/html") || page.Header.Get("Set-Cookie") != "" || strings.Contains(page.Body, "api_session") {
				t.Errorf("the page is %v %s", page.Header, page.Body)
			}
		}
		s.Want(http.StatusOK, "GET", "/", "", wantPage, cookie)
	})
}

func TestFormsAreThoseThatTheCallerMayUse(t *testing.T) {
	onEachWithSessions(t, func(t *testing.T, env map[string]string, _ *database.DB) {
		s := startServiceOf(t, sessionService(), asking(env, "write"))
		reader, writer := signIn(t, s, env, "reader", "read"), signIn(t, s, env, "writer", "book:write")
		const needs = "Needs a caller with the scope <code>book:write</code>"
		for path, control := range map[string]string{"/book/": `id="post-title"`, "/book/1": "Delete it</button>"} {
			for name, tt := range map[string]struct {
				cookie  string
				offered bool
			}{"nobody": {"", false}, "a reader": {reader, false}, "a writer": {writer, true}} {
				page := s.Want(http.StatusOK, "GET", path, "", wantPage, tt.cookie).Body
				if strings.Contains(page, control) != tt.offered || strings.Contains(page, needs) == tt.offered || strings.Contains(page, `name="_content"`) != tt.offered {
					t.Errorf("%s is shown to %s as %s", path, name, page)
				}
			}
		}
		typed := s.Want(http.StatusForbidden, "POST", "/book/", validForm, formType, wantPage, reader, fromHere).Body
		if !strings.Contains(typed, `value="Walden"`) || !strings.Contains(typed, "Sign in with another token (new tab)</a>") {
			t.Errorf("what was typed is lost: %s", typed)
		}
		typed = s.Want(http.StatusUnauthorized, "POST", "/book/", validForm, formType, wantPage).Body
		if !strings.Contains(typed, `value="Walden"`) || !strings.Contains(typed, `href="/sign-in?to=%2Fbook%2F" target="_blank"`) {
			t.Errorf("what was typed is lost: %s", typed)
		}
	})
}

func TestDescriptionWithSignInIsValid(t *testing.T) {
	t.Parallel()
	status, stdout, stderr := commandOf(t, sessionService(), map[string]string{"AUTHENTICATION": "all"}, "", "openapi")
	document, err := openapi3.NewLoader().LoadFromData([]byte(stdout))
	if status != 0 || err != nil {
		t.Fatalf("app openapi = %d, %v: %s", status, err, stderr)
	}
	if err := document.Validate(t.Context()); err != nil {
		t.Error(err)
	}
	for _, path := range []string{"/sign-in", "/sign-out"} {
		if post := document.Paths.Find(path).Post; post == nil || post.Responses.Value("204") == nil {
			t.Errorf("POST %s is not described", path)
		}
	}
}
