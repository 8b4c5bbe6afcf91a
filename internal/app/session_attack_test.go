package app

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"example.com/templatesite/internal/database"
	"example.com/templatesite/internal/web"
	"example.com/templatesite/internal/webtest"
)

func TestWrongTokenInTheFormIsRefusedAsEverywhere(t *testing.T) {
	onEachWithSessions(t, func(t *testing.T, env map[string]string, db *database.DB) {
		s := startServiceOf(t, sessionService(), asking(env, "all"))
		wrong := "sample_" + strings.Repeat("A", 58)
		detail := webtest.JSON[web.Problem](t, s.Want(http.StatusUnauthorized, "GET", "/book/1", "", "Authorization: Bearer "+wrong)).Detail
		for _, typed := range []string{wrong, "", "x y", "<b>\n", strings.Repeat("x", 100_000)} {
			answer := postSignIn(s, typed, "/book/")
			if answer.Status != http.StatusUnauthorized || answer.Header.Get("Set-Cookie") != "" || !strings.Contains(answer.Body, detail) || !strings.Contains(answer.Body, `name="to" value="/book/"`) {
				t.Errorf("%.20q is answered with %d %v %s", typed, answer.Status, answer.Header, answer.Body)
			}
			if strings.Contains(answer.Body, wrong) || strings.Contains(answer.Body, "xxx") {
				t.Errorf("the page repeats the token: %s", answer.Body)
			}
		}
		if rows, err := db.Rows(t.Context(), "api_session"); rows != 0 || err != nil {
			t.Errorf("%d sessions, %v", rows, err)
		}
	})
}

func TestSignInLeadsBackToPathsOfThisServiceOnly(t *testing.T) {
	t.Parallel()
	env := sessionSettings(t)
	s := startServiceOf(t, sessionService(), asking(env, "all"))
	secret := strings.TrimPrefix(newToken(t, env, "create", "a", "--scope", "read"), "Authorization: Bearer ")
	for to, want := range map[string]string{
		"/book/?limit=1": "/book/?limit=1", "/book/1": "/book/1", "/a%20b?c=%2F%2F": "/a%20b?c=%2F%2F", "/ä": "/%C3%A4", "/a?next=//evil.test": "/a?next=//evil.test",
		"": "/", "book": "/", "//evil.test": "/", "///evil.test": "/", `/\evil.test`: "/", `\\evil.test`: "/", `\/evil.test`: "/", "/%5cevil.test": "/", "/%5Cevil.test": "/",
		"/%2fevil.test": "/", "/%2Fevil.test": "/", "/\t/evil.test": "/", "/%09/evil.test": "/", "/\r\nSet-Cookie: a=b": "/", "/%0d%0aSet-Cookie:a=b": "/", "/\x00": "/",
		"javascript:alert(1)": "/", "java\tscript:alert(1)": "/", "data:text/html,x": "/", "https://evil.test": "/", "http:/book/": "/", "https:evil.test": "/", " //evil.test": "/",
		"@evil.test": "/", ".evil.test": "/", "/sign-in": "/", "/sign-out": "/", "/" + strings.Repeat("x", 9000): "/", "/%zz": "/",
	} {
		if got := postSignIn(s, secret, to).Header.Get("Location"); got != want {
			t.Errorf("%q leads to %q, want %q", to, got, want)
		}
		page := s.Do("GET", "/sign-in?to="+url.QueryEscape(to), "", wantPage).Body
		if want == "/" && !strings.Contains(page, `name="to" value="/"`) {
			t.Errorf("%q is on the page", to)
		}
	}
}

// A browser sends the cookie for pages of the same site, and Lax keeps it from other sites. The check of
// the origin does not depend on that.
func TestOtherOriginsCannotActForWhoHasSignedIn(t *testing.T) {
	onEachWithSessions(t, func(t *testing.T, env map[string]string, db *database.DB) {
		env["ALLOWED_HOSTS"] = "api.shop.test,127.0.0.1"
		s := startServiceOf(t, sessionService(), asking(env, "all"))
		cookie := signIn(t, s, env, "a", "read", "write")
		secret := strings.TrimPrefix(newToken(t, env, "create", "b", "--scope", "read"), "Authorization: Bearer ")
		for name, headers := range map[string][]string{
			"another site":                        {"Sec-Fetch-Site: cross-site", "Origin: https://evil.test"},
			"a sibling subdomain":                 {"Sec-Fetch-Site: same-site", "Origin: http://www.shop.test"},
			"a sibling subdomain, old browser":    {"Origin: http://www.shop.test"},
			"another port of the host":            {"Origin: http://api.shop.test:81"},
			"a document without an origin":        {"Origin: null"},
			"another site that leaves out Origin": {"Sec-Fetch-Site: cross-site"},
		} {
			headers = append(headers, "Host: api.shop.test", cookie)
			forged := []webtest.Response{
				s.Do("POST", "/book/", validForm, append(headers, formType, wantPage)...), s.Do("POST", "/book/", validBook, headers...), s.Do("DELETE", "/book/1", "", headers...),
				s.Do("POST", "/book/1", "_method=DELETE", append(headers, formType, wantPage)...), s.Do("POST", "/sign-out", "", append(headers, formType, wantPage)...),
				postSignIn(s, secret, "/", headers...),
			}
			for i, answer := range forged {
				if answer.Status != http.StatusForbidden || answer.Header.Get("Set-Cookie") != "" {
					t.Errorf("%s: request %d is answered with %d %v", name, i, answer.Status, answer.Header)
				}
			}
		}
		s.Want(http.StatusOK, "GET", "/book/1", "", "Host: api.shop.test", cookie)
		if rows, err := db.Rows(t.Context(), "book"); rows != 2 || err != nil {
			t.Errorf("%d books, %v, want those of the fixtures", rows, err)
		}
		s.Want(http.StatusSeeOther, "POST", "/book/", validForm, formType, wantPage, "Host: api.shop.test", "Origin: http://api.shop.test", cookie)
	})
}

func TestHeaderCountsMoreThanTheCookie(t *testing.T) {
	onEachWithSessions(t, func(t *testing.T, env map[string]string, _ *database.DB) {
		s := startServiceOf(t, sessionService(), asking(env, "all"))
		cookie := signIn(t, s, env, "writer", "read", "write")
		reader := newToken(t, env, "create", "reader", "--scope", "read")
		wrong := "Authorization: Bearer sample_" + strings.Repeat("A", 58)
		for _, tt := range []struct {
			target  string
			headers []string
			want    int
		}{
			{"/book/", []string{cookie}, 201},
			{"/book/", []string{cookie, reader}, 403},
			{"/book/", []string{cookie, wrong}, 401},
			{"/book/", []string{cookie, "Authorization: Bearer "}, 401},
			{"/book/", []string{cookie, reader, reader}, 400},
			{"/book/?access_token=x", []string{cookie}, 400},
			{"/book/", []string{cookie, "Authorization: Basic eDp5"}, 201}, // for a proxy in front
		} {
			if got := s.Do("POST", tt.target, validBook, append(tt.headers, fromHere)...); got.Status != tt.want {
				t.Errorf("%s %v = %d %s, want %d", tt.target, tt.headers[1:], got.Status, got.Body, tt.want)
			}
		}
	})
}

func TestCookieThatIsNoneIsClearedAndIsNoError(t *testing.T) {
	t.Parallel()
	s := startServiceOf(t, sessionService(), asking(sessionSettings(t), "write"))
	for _, value := range []string{"", "x", strings.Repeat("A", 43), strings.Repeat("A", 42) + "B", strings.Repeat("é", 43), `"quoted"`, "a b", strings.Repeat("x", 50_000)} {
		answer := s.Want(http.StatusOK, "GET", "/book/1", "", "Cookie: other=1; session="+value)
		if cleared := answer.Header.Values("Set-Cookie"); len(cleared) != 1 || !strings.HasPrefix(cleared[0], "session=; Path=/; Max-Age=0") {
			t.Errorf("%.50q is answered with %v", value, answer.Header)
		}
		s.Want(http.StatusUnauthorized, "POST", "/book/", validBook, "Cookie: session="+value)
		if page := s.Want(http.StatusOK, "GET", "/book/1", "", wantPage, "Cookie: session="+value); !strings.Contains(page.Body, "Sign in</a>") || page.Header.Get("Set-Cookie") == "" {
			t.Errorf("%.50q: the page is %s", value, page.Body)
		}
	}
	for _, cookie := range []string{"Cookie: __Host-session=x", "Cookie: mysession=x; sessions=y", "Cookie: a=session=x"} {
		if answer := s.Want(http.StatusOK, "GET", "/book/1", "", cookie); answer.Header.Get("Set-Cookie") != "" {
			t.Errorf("%s of somebody else is cleared", cookie)
		}
	}
}

func TestNeitherTheCookieNorTheTokenIsShownAnywhere(t *testing.T) {
	onEachWithSessions(t, func(t *testing.T, env map[string]string, _ *database.DB) {
		token := strings.TrimPrefix(newToken(t, env, "create", "a", "--scope", "read"), "Authorization: Bearer ")
		env = asking(env, "all")
		env, receiver := traced(t, env) // feature: traces
		s := startServiceOf(t, sessionService(), env)
		cookie := signInWith(t, s, token)
		secret := strings.TrimPrefix(cookie, "Cookie: session=")
		seen := []webtest.Response{
			postSignIn(s, token+"A", "/book/"), postSignIn(s, token, "/book/", "Sec-Fetch-Site: cross-site"), s.Do("POST", "/sign-in", "token="+token+"&to=%zz", formType, wantPage),
			s.Do("POST", "/sign-in", `{"token":"`+token+`"}`, cookie, fromHere), s.Do("PUT", "/sign-in", "", cookie, wantPage),
			s.Do("GET", "/sign-in", "", cookie), s.Do("GET", "/sign-in", "", cookie, wantPage), s.Do("OPTIONS", "/sign-in", "", cookie, wantPage),
			s.Do("GET", "/book/1", "", cookie, wantPage), s.Do("POST", "/book/", validForm, formType, cookie, wantPage, fromHere), s.Do("GET", "/nothing", "", cookie, wantPage),
			s.Do("GET", "/", "", wantPage, cookie+"A"), s.Do("GET", "/book/1", "", wantPage, cookie+"A"),
			s.Do("GET", "/book/1", "", cookie+"A", cookie), s.Do("POST", "/book/", validBook, cookie, fromHere), s.Do("POST", "/book/", validBook, cookie),
			s.Do("POST", "/sign-out", "", cookie, "Origin: https://evil.test"), s.Do("POST", "/sign-out", "", cookie, formType, wantPage),
		}
		seen = append(seen, webtest.At(t, s.admin).Do("GET", "/metrics", "")) // feature: metrics
		for i, answer := range seen {
			for name, marker := range map[string]string{"the token": token, "the cookie": secret} {
				if text := answer.Body + strings.Join(answer.Header.Values("Set-Cookie"), "") + answer.Header.Get("Location"); strings.Contains(text, marker) {
					t.Errorf("answer %d has %s: %v %s", i, name, answer.Header, answer.Body)
				}
			}
		}
		s.exit()
		s.mu.Lock()
		defer s.mu.Unlock()
		var texts []string
		texts = append(texts, fmt.Sprint(receiver.WaitFor(t, len(seen)))) // feature: traces
		for _, record := range s.records {
			texts = append(texts, fmt.Sprint(record))
		}
		for _, text := range texts {
			if strings.Contains(text, token) || strings.Contains(text, secret) {
				t.Errorf("the log or a trace has a secret: %s", text)
			}
		}
	})
}
