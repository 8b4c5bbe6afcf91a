package app

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"example.com/templatesite/internal/database"
	"example.com/templatesite/internal/oidctest"
	"example.com/templatesite/internal/web"
	"example.com/templatesite/internal/webtest"
)

const (
	clientID     = "notes"
	clientSecret = "the-secret-of-the-client"
)

// withSignIn starts a service where people sign in at a provider.
func withSignIn(t *testing.T, env map[string]string, secret string) (*service, *oidctest.Provider) {
	t.Helper()
	p := oidctest.New(t)
	env = byProvider(p, env)
	env["OIDC_CLIENT_ID"], env["OIDC_CLIENT_SECRET"] = clientID, secret
	s := startServiceOf(t, sessionService(), env)
	p.LetSignIn(clientID, secret, s.url+"/sign-in/callback")
	return s, p
}

// leave begins to sign in, and returns the header of the cookie and the address of the provider.
func leave(t *testing.T, s *service, to string, headers ...string) (cookie, address string) {
	t.Helper()
	answer := s.Want(http.StatusSeeOther, "GET", "/sign-in/provider?to="+url.QueryEscape(to), "", headers...)
	pair, _, _ := strings.Cut(answer.Header.Get("Set-Cookie"), ";")
	return "Cookie: " + pair, answer.Header.Get("Location")
}

// atProvider follows the provider, and returns the address that it leads back to.
func atProvider(t *testing.T, s *service, address string) (callback string) {
	t.Helper()
	for range 5 {
		answer := s.Want(http.StatusFound, "GET", address, "")
		next, err := url.Parse(address)
		if err != nil {
			t.Fatal(err)
		}
		if next, err = next.Parse(answer.Header.Get("Location")); err != nil {
			t.Fatal(err)
		}
		if address = next.String(); strings.Contains(address, "/sign-in/callback?") {
			return address
		}
	}
	t.Fatalf("the provider does not lead back: %s", address)
	return ""
}

// comeBack goes on where the provider leads to.
func comeBack(s *service, callback, cookie string, headers ...string) webtest.Response {
	return s.Do("GET", callback, "", append([]string{wantPage, cookie}, headers...)...)
}

// cookieOf returns the header of a cookie that an answer sets, by the beginning of its name.
func cookieOf(answer webtest.Response, name string) string {
	for _, set := range answer.Header.Values("Set-Cookie") {
		if pair, _, _ := strings.Cut(set, ";"); strings.HasPrefix(pair, name+"=") {
			return "Cookie: " + pair
		}
	}
	return ""
}

// signInAt signs in at the provider, and returns the header of the cookie.
func signInAt(t *testing.T, s *service) (cookie string) {
	t.Helper()
	attempt, address := leave(t, s, "/book/")
	answer := comeBack(s, atProvider(t, s, address), attempt)
	if cookie = cookieOf(answer, "session"); answer.Status != http.StatusSeeOther || cookie == "" {
		t.Fatalf("the answer is %d %v %s", answer.Status, answer.Header, answer.Body)
	}
	return cookie
}

func TestPeopleSignInAtTheProvider(t *testing.T) {
	onEachWithSessions(t, func(t *testing.T, env map[string]string, db *database.DB) {
		for name, secret := range map[string]string{"confidential": clientSecret, "public": ""} {
			s, p := withSignIn(t, env, secret)
			host := strings.TrimPrefix(p.Issuer, "http://")
			page := s.Want(http.StatusOK, "GET", "/sign-in?to=/book/?limit=1", "", wantPage)
			if want := `href="/sign-in/provider?to=%2Fbook%2F%3Flimit%3D1">Sign in with ` + host + "</a>"; !strings.Contains(page.Body, want) {
				t.Errorf("%s: the page does not lead to the provider: %s", name, page.Body)
			}
			attempt, address := leave(t, s, "/book/?limit=1")
			asked, err := url.Parse(address)
			if err != nil {
				t.Fatal(err)
			}
			for parameter, want := range map[string]string{
				"response_type": "code", "client_id": clientID, "redirect_uri": s.url + "/sign-in/callback", "scope": "openid read write",
				"code_challenge_method": "S256", "audience": oidctest.Audience, "resource": oidctest.Audience,
			} {
				if got := asked.Query().Get(parameter); got != want {
					t.Errorf("%s: %s is %q", name, parameter, got)
				}
			}
			answer := comeBack(s, atProvider(t, s, address), attempt)
			if answer.Status != http.StatusSeeOther || answer.Header.Get("Location") != "/book/?limit=1" || answer.Header.Get("Cache-Control") != "no-store" {
				t.Fatalf("%s: the answer is %d %v %s", name, answer.Status, answer.Header, answer.Body)
			}
			if cleared := cookieOf(answer, "sign-in"); cleared != "Cookie: sign-in=" {
				t.Errorf("%s: the cookie of the attempt is not cleared: %v", name, answer.Header)
			}
			cookie := cookieOf(answer, "session")
			s.Want(http.StatusCreated, "POST", "/book/", validBook, cookie, fromHere)
			if page := s.Want(http.StatusOK, "GET", "/book/", "", wantPage, cookie).Body; !strings.Contains(page, p.Issuer+"#"+oidctest.Subject+"</strong>") {
				t.Errorf("%s: the page does not say who has signed in: %s", name, page)
			}
			s.Want(http.StatusSeeOther, "POST", "/sign-out", "", formType, wantPage, cookie, fromHere)
			s.Want(http.StatusUnauthorized, "GET", "/book/1", "", cookie)
		}
		if rows, err := db.Rows(t.Context(), "api_session"); rows != 0 || err != nil {
			t.Errorf("%d sessions are left, %v", rows, err)
		}
	})
}

func TestSignInAtTheProviderEndsTheFormerSession(t *testing.T) {
	onEachWithSessions(t, func(t *testing.T, env map[string]string, _ *database.DB) {
		s, _ := withSignIn(t, env, clientSecret)
		former := signInAt(t, s)
		attempt, address := leave(t, s, "/")
		answer := comeBack(s, atProvider(t, s, address), attempt+"; "+strings.TrimPrefix(former, "Cookie: "))
		cookie := cookieOf(answer, "session")
		if cookie == "" || cookie == former {
			t.Errorf("there is no new session: %v", answer.Header)
		}
		s.Want(http.StatusUnauthorized, "GET", "/book/1", "", former)
		s.Want(http.StatusOK, "GET", "/book/1", "", cookie)
	})
}

func TestCookieOfAnAttemptIsAsSafeAsTheSchemeAllows(t *testing.T) {
	t.Parallel()
	env := sessionSettings(t)
	env["TRUSTED_PROXIES"], env["ALLOWED_HOSTS"] = "127.0.0.0/8", "shop.test,127.0.0.1"
	s, p := withSignIn(t, env, "")
	p.LetSignIn(clientID, "", "https://shop.test/sign-in/callback")
	https := []string{"Host: shop.test", "X-Forwarded-Proto: https"}
	for want, headers := range map[string][]string{
		"__Host-sign-in=; Path=/; Max-Age=600; HttpOnly; Secure; SameSite=Lax": https,
		"sign-in=; Path=/; Max-Age=600; HttpOnly; SameSite=Lax":                nil,
	} {
		set := s.Want(http.StatusSeeOther, "GET", "/sign-in/provider", "", headers...).Header.Get("Set-Cookie")
		name, rest, _ := strings.Cut(set, "=")
		if _, attributes, _ := strings.Cut(rest, ";"); name+"=;"+attributes != want {
			t.Errorf("the cookie is %s, want %s", set, want)
		}
	}
	attempt, address := leave(t, s, "/book/", https...)
	callback := strings.Replace(atProvider(t, s, address), "https://shop.test", s.url, 1)
	if without := comeBack(s, callback, strings.Replace(attempt, "__Host-", "", 1), https...); without.Status != http.StatusBadRequest {
		t.Errorf("a cookie that any page could set is answered with %d", without.Status)
	}
	if answer := comeBack(s, callback, attempt, https...); cookieOf(answer, "__Host-session") == "" {
		t.Errorf("the answer is %d %v %s", answer.Status, answer.Header, answer.Body)
	}
}

func TestSessionOfTheProviderEndsAfterTwelveHoursOrWithTheProvider(t *testing.T) {
	onEachWithSessions(t, func(t *testing.T, env map[string]string, db *database.DB) {
		s, p := withSignIn(t, env, "")
		cookie := signInAt(t, s)
		other, _ := withSignIn(t, env, "")
		other.Want(http.StatusUnauthorized, "GET", "/book/1", "", cookie)
		without := startServiceOf(t, sessionService(), byProvider(p, env))
		without.Want(http.StatusUnauthorized, "GET", "/book/1", "", cookie)
		s.Want(http.StatusOK, "GET", "/book/1", "", cookie)
		begin := func(ago time.Duration) {
			at := time.Now().Add(-ago)
			if _, err := db.Write.ExecContext(t.Context(), "update api_session set created = $1", web.Timestamp(&at)); err != nil {
				t.Fatal(err)
			}
		}
		begin(11*time.Hour + 59*time.Minute)
		time.Sleep(6 * time.Second) // an answer is remembered for 5
		s.Want(http.StatusOK, "GET", "/book/1", "", cookie)
		begin(12*time.Hour + time.Second)
		await(t, "the end of the session", func() bool { return s.Do("GET", "/book/1", "", cookie).Status == http.StatusUnauthorized })
	})
}

func TestAccessTokenAloneStartsNoSession(t *testing.T) {
	onEachWithSessions(t, func(t *testing.T, env map[string]string, db *database.DB) {
		s, p := withSignIn(t, env, "")
		token := p.Issue("read")
		s.Want(http.StatusOK, "GET", "/book/1", "", bearing(token))
		s.Want(http.StatusUnauthorized, "POST", "/sign-in", "", bearing(token))
		if answer := postSignIn(s, token, "/"); answer.Status != http.StatusUnauthorized || answer.Header.Get("Set-Cookie") != "" {
			t.Errorf("the form is answered with %d %v", answer.Status, answer.Header)
		}
		if rows, err := db.Rows(t.Context(), "api_session"); rows != 0 || err != nil {
			t.Errorf("%d sessions, %v", rows, err)
		}
	})
}

func TestWithoutAClientNobodySignsInAtTheProvider(t *testing.T) {
	t.Parallel()
	s := startServiceOf(t, sessionService(), byProvider(oidctest.New(t), sessionSettings(t)))
	s.Want(http.StatusNotFound, "GET", "/sign-in/provider", "")
	s.Want(http.StatusNotFound, "GET", "/sign-in/callback", "")
	if page := s.Want(http.StatusOK, "GET", "/sign-in", "", wantPage).Body; strings.Contains(page, "Sign in with") {
		t.Errorf("the page is %s", page)
	}
}

func TestClientWithoutAProviderIsRefused(t *testing.T) {
	t.Parallel()
	for want, env := range map[string]map[string]string{
		"OIDC_ISSUER is missing":    {"OIDC_CLIENT_ID": clientID},
		"OIDC_CLIENT_ID is missing": {"OIDC_ISSUER": "https://login.example.org", "OIDC_AUDIENCE": "me", "OIDC_CLIENT_SECRET": marker},
	} {
		if status, stdout, stderr := command(t, env, "", "settings"); status != 2 || !strings.Contains(stderr, want) || strings.Contains(stdout+stderr, marker) {
			t.Errorf("%v: app settings = %d: %s", env, status, stderr)
		}
	}
}
