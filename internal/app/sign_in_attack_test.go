package app

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"example.com/templatesite/internal/database"
	"example.com/templatesite/internal/oidctest"
	"example.com/templatesite/internal/webtest"
)

var signInAgain = regexp.MustCompile(`href="/sign-in(\?to=%2Fbook%2F)?">Sign in again</a>`)

// wantRefused checks that an answer starts no session, is a page that says what to do, and has no secret.
func wantRefused(t *testing.T, name string, s *service, answer webtest.Response, status int, text, because string) {
	t.Helper()
	if answer.Status != status || cookieOf(answer, "session") != "" || !strings.Contains(answer.Body, text) || !signInAgain.MatchString(answer.Body) {
		t.Errorf("%s: the answer is %d %v %s", name, answer.Status, answer.Header, answer.Body)
	}
	record := s.record("request", func(r map[string]any) bool { return r["request_id"] == answer.Header.Get("X-Request-ID") })
	if logged := fmt.Sprint(record["error"]); !strings.Contains(logged, because) {
		t.Errorf("%s: the log says %s", name, logged)
	}
}

// with returns an address with another parameter, or without it.
func with(t *testing.T, address, name, value string) string {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	query := u.Query()
	query.Set(name, value)
	if value == "" {
		query.Del(name)
	}
	u.RawQuery = query.Encode()
	return u.String()
}

func TestNobodyIsSignedInByTheAnswerToSomebodyElse(t *testing.T) {
	onEachWithSessions(t, func(t *testing.T, env map[string]string, db *database.DB) {
		s, p := withSignIn(t, env, clientSecret)
		const foreign, invalid = "was not begun in this browser", "is not for this sign-in"
		cookie, address := leave(t, s, "/book/")
		own := atProvider(t, s, address)
		mallorys, theirs := leave(t, s, "/book/")
		other := atProvider(t, s, theirs)
		codeOf := func(callback string) string { return callbackQuery(t, callback).Get("code") }
		for _, tt := range []struct {
			name, callback, cookie, text, because string
		}{
			{"no cookie", own, "", foreign, "was not begun"},
			{"another cookie", own, mallorys, foreign, "was not begun"},
			{"the answer to another", other, cookie, foreign, "was not begun"},
			{"no state", with(t, own, "state", ""), cookie, foreign, "was not begun"},
			{"a cookie without a state", with(t, own, "state", ""), "Cookie: sign-in=.a.b.Lw", foreign, "was not begun"},
			{"a cookie of nothing", with(t, own, "state", ""), "Cookie: sign-in=", foreign, "was not begun"},
			{"a cookie that is torn", own, cookie[:len(cookie)/2], foreign, "was not begun"},
			{"another provider", with(t, own, "iss", "https://evil.test"), cookie, "another provider", "another provider"},
			{"the code of another", with(t, own, "code", codeOf(other)), cookie, invalid, "invalid_grant"},
			{"no code", with(t, own, "code", ""), cookie, "", ""},
			{"a code that is none", with(t, own, "code", "x"), cookie, invalid, "invalid_grant"},
		} {
			status := http.StatusBadRequest
			if tt.name == "no code" { // the provider calls it an invalid request
				status = http.StatusBadGateway
			}
			wantRefused(t, tt.name, s, comeBack(s, tt.callback, tt.cookie), status, tt.text, tt.because)
		}
		if rows, err := db.Rows(t.Context(), "api_session"); rows != 0 || err != nil {
			t.Errorf("%d sessions, %v", rows, err)
		}
		if answer := comeBack(s, with(t, own, "iss", p.Issuer), cookie); cookieOf(answer, "session") == "" {
			t.Errorf("nobody is signed in: %d %s", answer.Status, answer.Body)
		}
		wantRefused(t, "once more", s, comeBack(s, own, cookie), http.StatusBadRequest, invalid, "invalid_grant")
	})
}

func callbackQuery(t *testing.T, address string) url.Values {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	return u.Query()
}

func TestCodeOfAnotherSignInIsRefusedByItsVerifierAndItsNonce(t *testing.T) {
	onEachWithSessions(t, func(t *testing.T, env map[string]string, _ *database.DB) {
		s, p := withSignIn(t, env, clientSecret)
		cookie, address := leave(t, s, "/book/")
		mallorys, theirs := leave(t, s, "/book/")
		other := atProvider(t, s, theirs)
		injected := with(t, atProvider(t, s, address), "code", callbackQuery(t, other).Get("code"))
		wantRefused(t, "PKCE", s, comeBack(s, injected, cookie), http.StatusBadRequest, "is not for this sign-in", "invalid_grant")

		// A provider that does not look at the verifier: what is sent is that of the other sign-in.
		verifier := strings.Split(strings.TrimPrefix(mallorys, "Cookie: sign-in="), ".")[2]
		p.OnToken(func(w http.ResponseWriter, r *http.Request, next http.Handler) {
			r.Form.Set("code_verifier", verifier)
			r.PostForm.Set("code_verifier", verifier)
			next.ServeHTTP(w, r)
		})
		wantRefused(t, "nonce", s, comeBack(s, injected, cookie), http.StatusBadRequest, "is not for this sign-in", "its nonce is that of another sign-in")
	})
}

func TestTokensThatAreNotForThisSignInAreRefused(t *testing.T) {
	t.Parallel()
	s, p := withSignIn(t, sessionSettings(t), clientSecret)
	const invalid, unfit = "is not for this sign-in", "with the audience OIDC_AUDIENCE"
	signed := func(token any, headers map[string]any, change func(oidctest.Claims) oidctest.Claims) string {
		claims, err := oidctest.ClaimsOf(fmt.Sprint(token))
		if err != nil {
			t.Error(err)
		}
		return p.Sign(change(claims), headers)
	}
	id := func(name string, value any) func(map[string]any) {
		return func(answer map[string]any) {
			answer["id_token"] = signed(answer["id_token"], nil, func(c oidctest.Claims) oidctest.Claims { return c.With(name, value) })
		}
	}
	access := func(name string, value any) func(map[string]any) {
		return func(answer map[string]any) {
			answer["access_token"] = signed(answer["access_token"], nil, func(c oidctest.Claims) oidctest.Claims { return c.With(name, value) })
			answer["id_token"] = signed(answer["id_token"], nil, func(c oidctest.Claims) oidctest.Claims { return c.With("at_hash", nil) })
		}
	}
	past := time.Now().Add(-time.Hour).Unix()
	for name, tt := range map[string]struct {
		change        func(answer map[string]any)
		status        int
		text, because string
	}{
		"unchanged":             {func(map[string]any) {}, 303, "", ""},
		"signed again":          {id("x", "y"), 303, "", ""},
		"no hash":               {id("at_hash", nil), 303, "", ""},
		"another client":        {id("aud", "shop"), 400, invalid, "audience"},
		"another party":         {id("azp", "shop"), 400, invalid, "it is for another client"},
		"another issuer":        {id("iss", "https://evil.test"), 400, invalid, "issuer"},
		"another nonce":         {id("nonce", "x"), 400, invalid, "nonce"},
		"no nonce":              {id("nonce", nil), 400, invalid, "nonce"},
		"a nonce of a number":   {id("nonce", 7), 400, invalid, "nonce"},
		"expired":               {id("exp", past), 400, invalid, "expired"},
		"no end":                {id("exp", nil), 400, invalid, "when it expires"},
		"another hash":          {id("at_hash", "x"), 400, invalid, "another access token"},
		"a hash of a number":    {id("at_hash", 7), 400, invalid, "another access token"},
		"another access token":  {func(a map[string]any) { a["access_token"] = p.Issue("read") }, 400, invalid, "another access token"},
		"no ID token":           {func(a map[string]any) { delete(a, "id_token") }, 400, invalid, "the ID token"},
		"an ID token twice":     {func(a map[string]any) { a["id_token"] = []any{a["id_token"], a["id_token"]} }, 400, invalid, "the ID token"},
		"an access token twice": {func(a map[string]any) { a["id_token"] = a["access_token"] }, 400, invalid, "the ID token"},
		"typed as another kind": {func(a map[string]any) {
			a["id_token"] = signed(a["id_token"], map[string]any{"typ": "at+jwt"}, func(c oidctest.Claims) oidctest.Claims { return c })
		}, 400, invalid, "another kind"},
		"unsigned":                {func(a map[string]any) { a["id_token"] = fmt.Sprint(a["id_token"])[:40] + ".e30.x" }, 400, invalid, "the ID token"},
		"opaque access token":     {func(a map[string]any) { a["access_token"] = "opaque"; id("at_hash", nil)(a) }, 502, unfit, "malformed"},
		"access token for others": {access("aud", "https://other.test"), 502, unfit, "audience"},
		"no scopes":               {access("scope", nil), 502, unfit, "another kind"},
		"no access token":         {func(a map[string]any) { delete(a, "access_token") }, 503, "does not answer", "is no token"},
		"an error with markup":    {func(a map[string]any) { clear(a); a["error"] = "<script>" + marker }, 502, "does not accept", "the provider says"},
	} {
		p.OnToken(func(w http.ResponseWriter, r *http.Request, next http.Handler) {
			oidctest.Answer(w, r, next, tt.change)
		})
		cookie, address := leave(t, s, "/")
		answer := comeBack(s, atProvider(t, s, address), cookie)
		if tt.status != http.StatusSeeOther {
			wantRefused(t, name, s, answer, tt.status, tt.text, tt.because)
		} else if answer.Status != tt.status {
			t.Errorf("%s: the answer is %d %s", name, answer.Status, answer.Body)
		}
		if strings.Contains(answer.Body, marker) || strings.Contains(answer.Body, "<script>"+marker) {
			t.Errorf("%s: the page repeats the provider: %s", name, answer.Body)
		}
	}
}

func TestErrorsOfTheProviderAreHostileText(t *testing.T) {
	t.Parallel()
	s, _ := withSignIn(t, sessionSettings(t), "")
	for code, tt := range map[string]struct {
		status int
		text   string
	}{
		"access_denied":                    {403, "has not let you in"},
		"temporarily_unavailable":          {503, "does not answer"},
		"server_error":                     {503, "does not answer"},
		"invalid_scope":                    {502, "does not accept"},
		"<script>alert(1)</script>\n\x00":  {502, "does not accept"},
		strings.Repeat(`"><img src=x>`, 9): {502, "does not accept"},
	} {
		cookie, address := leave(t, s, "/book/")
		state := callbackQuery(t, address).Get("state")
		callback := "/sign-in/callback?" + url.Values{"state": {state}, "error": {code}, "error_description": {marker + code}, "error_uri": {"https://evil.test/" + marker}}.Encode()
		answer := comeBack(s, callback, cookie)
		wantRefused(t, code, s, answer, tt.status, tt.text, "the provider says")
		if !strings.Contains(answer.Body, `href="/sign-in?to=%2Fbook%2F"`) {
			t.Errorf("%s: the way back is lost: %s", code, answer.Body)
		}
		if strings.Contains(answer.Body, marker) || strings.Contains(answer.Body, "<img src=x") || strings.Contains(answer.Body, "alert(1)") {
			t.Errorf("%q: the page repeats the provider: %s", code, answer.Body)
		}
		if cleared := cookieOf(answer, "sign-in"); cleared != "Cookie: sign-in=" {
			t.Errorf("%q: the cookie of the attempt is not cleared: %v", code, answer.Header)
		}
	}
}

func TestSignInAtTheProviderLeadsBackToPathsOfThisServiceOnly(t *testing.T) {
	t.Parallel()
	s, _ := withSignIn(t, sessionSettings(t), "")
	for to, want := range map[string]string{
		"/book/?limit=1": "/book/?limit=1", "": "/", "//evil.test": "/", `/\evil.test`: "/", "https://evil.test/": "/", "/%5cevil.test": "/",
		"javascript:alert(1)": "/", "/\r\nevil": "/", "/sign-in": "/", "/sign-in/provider": "/", "/sign-out": "/", "/" + strings.Repeat("a", 3<<10): "/",
	} {
		cookie, address := leave(t, s, to)
		if answer := comeBack(s, atProvider(t, s, address), cookie); answer.Status != http.StatusSeeOther || answer.Header.Get("Location") != want {
			t.Errorf("%.40q leads to %d %s, want %s", to, answer.Status, answer.Header.Get("Location"), want)
		}
	}
	// Whoever can set the cookie cannot lead elsewhere, either.
	cookie, address := leave(t, s, "/")
	cookie = cookie[:strings.LastIndex(cookie, ".")] + ".Ly9ldmlsLnRlc3Q" // //evil.test
	if answer := comeBack(s, atProvider(t, s, address), cookie); answer.Header.Get("Location") != "/" {
		t.Errorf("the cookie leads to %s", answer.Header.Get("Location"))
	}
}

func TestProviderThatIsAwayOrSlowIsA503(t *testing.T) {
	t.Parallel()
	s, p := withSignIn(t, sessionSettings(t), "")
	for name, away := range map[string]http.HandlerFunc{
		"an error": func(w http.ResponseWriter, _ *http.Request) { http.Error(w, marker, http.StatusInternalServerError) },
		"no JSON":  func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, marker) },
		"too long": func(w http.ResponseWriter, _ *http.Request) {
			fmt.Fprint(w, `{"access_token":"`, strings.Repeat("x", 2<<20), `"}`)
		},
		"cut off": func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) },
		"silent": func(_ http.ResponseWriter, r *http.Request) {
			select {
			case <-r.Context().Done():
			case <-time.After(20 * time.Second):
			}
		},
	} {
		p.OnToken(func(w http.ResponseWriter, r *http.Request, _ http.Handler) { away(w, r) })
		cookie, address := leave(t, s, "/")
		begun := time.Now()
		answer := comeBack(s, atProvider(t, s, address), cookie)
		wantRefused(t, name, s, answer, http.StatusServiceUnavailable, "does not answer", "")
		if took := time.Since(begun); took > 8*time.Second || answer.Header.Get("Retry-After") == "" || strings.Contains(answer.Body, marker) {
			t.Errorf("%s: the answer takes %s: %v", name, took, answer.Header)
		}
	}
}

func TestTokenEndpointThatLeadsElsewhereIsNotFollowed(t *testing.T) {
	t.Parallel()
	s, p := withSignIn(t, sessionSettings(t), clientSecret)
	var asked atomic.Int64
	p.OnToken(func(w http.ResponseWriter, r *http.Request, _ http.Handler) {
		http.Redirect(w, r, "/elsewhere", http.StatusTemporaryRedirect)
		asked.Add(1)
	})
	cookie, address := leave(t, s, "/")
	wantRefused(t, "redirect", s, comeBack(s, atProvider(t, s, address), cookie), http.StatusBadGateway, "does not accept", "the status 307")
	if asked.Load() != 1 {
		t.Errorf("the code was sent %d times", asked.Load())
	}
}

func TestProviderThatIsAwayAtTheBeginningIsA503(t *testing.T) {
	t.Parallel()
	for name, document := range map[string]string{
		"away": "", "no endpoints": `{"issuer":"%s","jwks_uri":"%[1]s/keys"}`, "endpoints elsewhere": `{"issuer":"%s","authorization_endpoint":"javascript:alert(1)","token_endpoint":"%[1]s/oauth/token"}`,
		"another issuer": `{"issuer":"%s/","authorization_endpoint":"%[1]s/a","token_endpoint":"%[1]s/t"}`,
	} {
		p := oidctest.New(t)
		p.Away(func(w http.ResponseWriter, _ *http.Request) {
			if document == "" {
				panic(http.ErrAbortHandler)
			}
			fmt.Fprintf(w, document, p.Issuer)
		})
		env := byProvider(p, sessionSettings(t))
		env["OIDC_CLIENT_ID"] = clientID
		s := startServiceOf(t, sessionService(), env)
		answer := s.Do("GET", "/sign-in/provider", "", wantPage)
		wantRefused(t, name, s, answer, http.StatusServiceUnavailable, "does not answer", "where to sign in")
		p.Back()
		await(t, "the return of the provider", func() bool { return s.Do("GET", "/sign-in/provider", "").Status == http.StatusSeeOther })
	}
}

func TestProviderThatSaysSoNamesItselfInItsAnswer(t *testing.T) {
	t.Parallel()
	s, p := withSignIn(t, sessionSettings(t), "")
	p.NameIssuer()
	cookie, address := leave(t, s, "/")
	callback := atProvider(t, s, address)
	wantRefused(t, "no iss", s, comeBack(s, callback, cookie), http.StatusBadRequest, "another provider", "")
	if answer := comeBack(s, with(t, callback, "iss", p.Issuer), cookie); cookieOf(answer, "session") == "" {
		t.Errorf("nobody is signed in: %d %s", answer.Status, answer.Body)
	}
}

func TestNothingSecretOfASignInAtTheProviderIsShown(t *testing.T) {
	onEachWithSessions(t, func(t *testing.T, env map[string]string, _ *database.DB) {
		s, p := withSignIn(t, env, clientSecret)
		var secrets []string
		p.OnToken(func(w http.ResponseWriter, r *http.Request, next http.Handler) {
			oidctest.Answer(w, r, next, func(answer map[string]any) {
				for _, name := range []string{"access_token", "id_token"} {
					if token, issued := answer[name].(string); issued {
						secrets = append(secrets, token[strings.LastIndex(token, ".")+1:])
						answer["id_token"] = "e30." + token
					}
				}
			})
		})
		cookie, address := leave(t, s, "/book/")
		callback := atProvider(t, s, address)
		for _, accept := range []string{wantPage, "Accept: application/json"} {
			seen := []webtest.Response{s.Do("GET", callback, "", accept), s.Do("GET", callback, "", cookie, accept), s.Do("GET", callback, "", cookie, accept)}
			seen = append(seen, webtest.At(t, s.admin).Do("GET", "/metrics", "")) // feature: metrics
			query := callbackQuery(t, callback)
			secrets = append(secrets, clientSecret, query.Get("code"), query.Get("state"))
			secrets = append(secrets, strings.Split(strings.TrimPrefix(cookie, "Cookie: sign-in="), ".")[:3]...)
			for i, answer := range seen {
				for _, secret := range secrets {
					if secret == "" || strings.Contains(answer.Body+fmt.Sprint(answer.Header), secret) {
						t.Errorf("answer %d has the secret %q: %v %s", i, secret, answer.Header, answer.Body)
					}
				}
			}
		}
		s.exit()
		s.mu.Lock()
		defer s.mu.Unlock()
		for _, record := range s.records {
			for _, secret := range secrets {
				if strings.Contains(fmt.Sprint(record), secret) {
					t.Errorf("the log has the secret %q: %v", secret, record)
				}
			}
		}
	})
}
