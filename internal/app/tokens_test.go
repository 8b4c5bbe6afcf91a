package app

import (
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"example.com/templatesite/internal/database"
	"example.com/templatesite/internal/settings"
	"example.com/templatesite/internal/web"
	"example.com/templatesite/internal/webtest"
)

// tokenService is the service under test with tokens.
func tokenService() Service {
	service := testService
	service.Tokens = true
	return service
}

// onEachWithTokens runs test on every engine, with the settings of a database that has the fixtures
// and the table of the tokens.
func onEachWithTokens(t *testing.T, test func(t *testing.T, env map[string]string, db *database.DB)) {
	t.Helper()
	onEachFilled(t, func(t *testing.T, env map[string]string, db *database.DB) {
		if status, stdout, stderr := commandOf(t, tokenService(), env, "", "migrate"); status != 0 || !strings.HasPrefix(stdout, "applied api_token/") {
			t.Fatalf("app migrate = %d: %s%s", status, stdout, stderr)
		}
		test(t, env, db)
	})
}

var secretLine = regexp.MustCompile(`^sample_[A-Z2-7]{58}\n$`)

// newToken runs a command that makes a token, and returns the header with its secret.
func newToken(t *testing.T, env map[string]string, args ...string) (header string) {
	t.Helper()
	return newTokenOf(t, tokenService(), env, args...)
}

func newTokenOf(t *testing.T, service Service, env map[string]string, args ...string) (header string) {
	t.Helper()
	status, stdout, stderr := commandOf(t, service, env, "", append([]string{"token"}, args...)...)
	if status != 0 || !secretLine.MatchString(stdout) || !strings.HasPrefix(stderr, "created token:") || strings.Contains(stderr, strings.TrimSpace(stdout)) {
		t.Fatalf("app token %v = %d: %s%s", args, status, stdout, stderr)
	}
	return "Authorization: Bearer " + strings.TrimSpace(stdout)
}

// tokenCommandOf runs a command that succeeds and makes no token.
func tokenCommandOf(t *testing.T, env map[string]string, args ...string) (stdout string) {
	t.Helper()
	status, stdout, stderr := commandOf(t, tokenService(), env, "", append([]string{"token"}, args...)...)
	if status != 0 {
		t.Fatalf("app token %v = %d: %s", args, status, stderr)
	}
	return stdout
}

// asking returns the settings of a service that asks who callers are.
func asking(env map[string]string, mode string) map[string]string {
	all := map[string]string{"AUTHENTICATION": mode}
	for name, value := range env {
		all[name] = value
	}
	return all
}

func TestTokensAreManagedWhileTheServiceRuns(t *testing.T) {
	onEachWithTokens(t, func(t *testing.T, env map[string]string, _ *database.DB) {
		s := startServiceOf(t, tokenService(), asking(env, "all"))
		s.Want(http.StatusUnauthorized, "GET", "/book/1", "")
		first := newToken(t, env, "create", "ci", "--scope", "read", "--scope=book:write", "--owner", "alice", "--days", "1")
		s.Want(http.StatusOK, "GET", "/book/1", "", first)
		s.Want(http.StatusCreated, "POST", "/book/", validBook, first)
		s.Want(http.StatusForbidden, "POST", "/shelf/", `{"name":"new","room":"new"}`, first)
		second := newToken(t, env, "rotate", "ci")
		s.Want(http.StatusOK, "GET", "/book/1", "", first)
		s.Want(http.StatusOK, "GET", "/book/1", "", second)
		if table := tokenCommandOf(t, env, "list"); strings.Count(table, "ci ") != 2 || !strings.Contains(table, "read book:write") || !strings.Contains(table, "alice") || strings.Contains(table, "sample_") {
			t.Errorf("app token list:\n%s", table)
		}
		if stdout := tokenCommandOf(t, env, "revoke", "ci"); stdout != "" {
			t.Errorf("app token revoke writes %s", stdout)
		}
		for end := time.Now().Add(15 * time.Second); s.Do("GET", "/book/1", "", second).Status != http.StatusUnauthorized; time.Sleep(50 * time.Millisecond) {
			if time.Now().After(end) {
				t.Fatal("the token is still accepted")
			}
		}
	})
}

func TestTokenCommandRefusesMistakes(t *testing.T) {
	onEachWithTokens(t, func(t *testing.T, env map[string]string, _ *database.DB) {
		newToken(t, env, "create", "ci", "--scope", "read")
		for _, args := range [][]string{
			{"create", "ci", "--scope", "read"},
			{"create", "new"},
			{"create", "new", "--scope", "bok:write"},
			{"create", "new", "--scope", ""},
			{"create", "a b", "--scope", "read"},
			{"create", "new", "--scope", "read", "--days", "-1"},
			{"create", "new", "--scope", "read", "--owner", "a\nb"},
			{"rotate", "nobody"},
			{"revoke", "nobody"},
			{"create"},
			{},
		} {
			status, stdout, stderr := commandOf(t, tokenService(), env, "", append([]string{"token"}, args...)...)
			if status == 0 || stdout != "" || !strings.HasPrefix(stderr, "app: ") {
				t.Errorf("app token %q = %d: %s%s", args, status, stdout, stderr)
			}
		}
		if table := tokenCommandOf(t, env, "list"); strings.Count(table, "\n") != 2 {
			t.Errorf("app token list:\n%s", table)
		}
	})
}

func TestAuthenticationDecidesWhoIsAsked(t *testing.T) {
	onEachWithTokens(t, func(t *testing.T, env map[string]string, _ *database.DB) {
		header := newToken(t, env, "create", "reader", "--scope", "shelf:read")
		wrong := "Authorization: Bearer sample_" + strings.Repeat("A", 58)
		for mode, want := range map[string][7]int{
			"off":   {200, 200, 200, 200, 201, 201, 200},
			"write": {200, 200, 200, 401, 401, 403, 200},
			"all":   {401, 200, 403, 401, 401, 403, 401},
		} {
			s := startServiceOf(t, tokenService(), asking(env, mode))
			for i, answer := range []webtest.Response{
				s.Do("GET", "/book/1", ""), s.Do("GET", "/shelf/1", "", header), s.Do("GET", "/book/1", "", header), s.Do("GET", "/book/1", "", wrong),
				s.Do("POST", "/book/", validBook), s.Do("POST", "/book/", validBook, header), s.Do("OPTIONS", "/book/", ""),
			} {
				if answer.Status != want[i] {
					t.Errorf("%s: request %d is answered with %d %s, want %d", mode, i, answer.Status, answer.Body, want[i])
				}
			}
			for _, open := range []string{"/", "/healthcheck", "/healthcheck/", "/livez", "/openapi.json", "/openapi.yaml"} {
				s.Want(http.StatusOK, "GET", open, "")
				s.Want(http.StatusOK, "GET", open, "", wrong)
				s.Want(http.StatusOK, "GET", open, "", wrong, wrong)
			}
		}
	})
}

func TestCallerIsLoggedAndTheSecretIsNot(t *testing.T) {
	onEachWithTokens(t, func(t *testing.T, env map[string]string, _ *database.DB) {
		header := newToken(t, env, "create", "ci", "--scope", "read")
		secret := strings.TrimPrefix(header, "Authorization: Bearer ")
		s := startServiceOf(t, tokenService(), asking(env, "all"))
		for id, answer := range map[string]webtest.Response{
			"read":   s.Do("GET", "/book/1", "", header, "X-Request-ID: read"),
			"denied": s.Do("POST", "/book/", validBook, header, "X-Request-ID: denied"),
		} {
			if answer.Header.Get("Cache-Control") != "no-store" {
				t.Errorf("%s may be stored: %v", id, answer.Header)
			}
			record := s.record("request", func(r map[string]any) bool { return r["request_id"] == id })
			if record["caller"] != "token:1" || record["caller_name"] != "ci" {
				t.Errorf("the log has %v", record)
			}
		}
		if open := s.Do("GET", "/", "", header); open.Header.Get("Cache-Control") != "no-cache" {
			t.Errorf("what everyone sees is not stored: %v", open.Header)
		}
		s.Do("GET", "/book/1?access_token="+secret, "", "Accept: text/html")
		s.Do("GET", "/book/?title="+secret, "", "Accept: text/html", header)
		s.Do("GET", "/"+secret, "", header, header)
		s.Do("GET", "/book/1", "", header+"A", "X-Request-ID: typo")
		if record := s.record("request", func(r map[string]any) bool { return r["request_id"] == "typo" }); record["caller"] != nil || !strings.Contains(record["error"].(string), "typo") {
			t.Errorf("the log has %v", record)
		}
		s.exit()
		s.mu.Lock()
		defer s.mu.Unlock()
		for _, record := range s.records {
			for name, value := range record {
				text, _ := value.(string)
				if strings.Contains(text, secret) && name != "path" { // a client may put anything into a path
					t.Errorf("%s of the log has the secret: %v", name, record)
				}
			}
		}
	})
}

func TestServiceWithoutTokensCannotAskForThem(t *testing.T) {
	t.Parallel()
	if status, _, stderr := command(t, map[string]string{"AUTHENTICATION": "write"}, "", "settings"); status != 2 || !strings.Contains(stderr, "AUTHENTICATION must be off") {
		t.Errorf("exit status %d: %s", status, stderr)
	}
	if status, _, stderr := command(t, nil, "", "token", "list"); status == 0 || !strings.Contains(stderr, "has no tokens") {
		t.Errorf("exit status %d: %s", status, stderr)
	}
	if status, _, stderr := commandOf(t, tokenService(), map[string]string{"AUTHENTICATION": "wirte"}, "", "settings"); status != 2 || !strings.Contains(stderr, "off, write or all") {
		t.Errorf("exit status %d: %s", status, stderr)
	}
}

// guardedAPI returns the API of a service that asks everyone.
func guardedAPI(t *testing.T, service Service) *web.API {
	t.Helper()
	p := &program{
		ctx: t.Context(), service: service, secretFile: settings.NewSource(nil).SecretFile,
		config: &config{DatabaseURL: database.DefaultURL("none"), MaxInFlight: 1, Authentication: authentication(web.AuthenticationAll)},
	}
	api, err := p.api()
	if err != nil {
		t.Fatal(err)
	}
	return api
}

// Every route is found in the API itself, so that a new one is covered.
func TestEveryRouteNeedsACallerWithItsScope(t *testing.T) {
	onEachWithTokens(t, func(t *testing.T, env map[string]string, db *database.DB) {
		api := guardedAPI(t, tokenService())
		nobody := map[string]string{"no caller": "", "an unknown token": "Authorization: Bearer sample_" + strings.Repeat("A", 58)}
		for _, name := range []string{"expired", "revoked"} {
			nobody["one that is "+name] = newToken(t, env, "create", name, "--scope", "read", "--scope", "write")
		}
		past := time.Now().Add(-2 * time.Second)
		if _, err := db.Write.ExecContext(t.Context(), "update api_token set expires = $1 where name = 'expired'", web.Timestamp(&past)); err != nil {
			t.Fatal(err)
		}
		tokenCommandOf(t, env, "revoke", "revoked")
		without := map[string]string{
			"read": newToken(t, env, "create", "writer", "--scope", "write"), "write": newToken(t, env, "create", "reader", "--scope", "read"),
		}
		s := startServiceOf(t, tokenService(), asking(env, "all"))
		guarded := 0
		for _, route := range api.Routes() {
			target := strings.NewReplacer("{id}", "1", "{shelf}", "1").Replace(route.Path)
			if op := api.Operations(route.Path)[route.Method]; op != nil && op.Security != nil && len(op.Security) == 0 {
				continue // TestOnlyTheseRoutesAreOpen has them
			}
			guarded++
			methods, lacking := []string{route.Method}, without["write"]
			if route.Method == http.MethodGet {
				methods, lacking = []string{"GET", "HEAD", "OPTIONS"}, without["read"]
			}
			for _, method := range methods {
				for who, header := range nobody {
					if got := s.Do(method, target, "{}", header); got.Status != http.StatusUnauthorized || got.Header.Get("Www-Authenticate") == "" {
						t.Errorf("%s %s by %s = %d %s", method, target, who, got.Status, got.Body)
					}
				}
				if got := s.Do(method, target, "{}", lacking); got.Status != http.StatusForbidden || !strings.Contains(got.Header.Get("Www-Authenticate"), "insufficient_scope") {
					t.Errorf("%s %s without the scope = %d %s", method, target, got.Status, got.Body)
				}
			}
		}
		if guarded < 10 {
			t.Errorf("%d routes are guarded, want all of the resources", guarded)
		}
		if rows, err := db.Rows(t.Context(), "book"); rows != 2 || err != nil {
			t.Errorf("%d books, %v, want those of the fixtures", rows, err)
		}
	})
}

func TestOnlyTheseRoutesAreOpen(t *testing.T) {
	t.Parallel()
	api := guardedAPI(t, tokenService())
	want := map[string]bool{
		"GET /": true, "GET /healthcheck": true, "GET /healthcheck/": true, "GET /livez": true, "GET /openapi.json": true, "GET /openapi.yaml": true,
		"GET /docs":          true,                           // feature: docs
		"GET /static/{file}": true, "GET /favicon.ico": true, // feature: assets
	}
	for _, route := range api.Routes() {
		op := api.Operations(route.Path)[route.Method]
		if open := op != nil && op.Security != nil && len(op.Security) == 0; open && !want[route.Method+" "+route.Path] {
			t.Errorf("%s %s is open", route.Method, route.Path)
		}
	}
}

func TestDescriptionSaysWhatAnOperationNeeds(t *testing.T) {
	t.Parallel()
	type operation struct{ Security []map[string][]string }
	type document struct {
		Paths      map[string]map[string]operation
		Components struct {
			SecuritySchemes map[string]struct{ Type, Scheme string }
		}
	}
	for mode, want := range map[string]string{
		"off":   `[] [] 0`,
		"write": `[map[] map[bearer:[book:read]]] [map[bearer:[book:write]]] 1`,
		"all":   `[map[bearer:[book:read]]] [map[bearer:[book:write]]] 1`,
	} {
		status, stdout, stderr := commandOf(t, tokenService(), map[string]string{"AUTHENTICATION": mode}, "", "openapi")
		var d document
		if err := json.Unmarshal([]byte(stdout), &d); status != 0 || err != nil {
			t.Fatalf("app openapi = %d, %v: %s", status, err, stderr)
		}
		if got := fmt.Sprint(d.Paths["/book/"]["get"].Security, d.Paths["/book/"]["post"].Security, len(d.Components.SecuritySchemes)); got != want {
			t.Errorf("%s: the description has %s, want %s", mode, got, want)
		}
		if open := d.Paths["/livez"]["get"].Security; len(open) != 0 {
			t.Errorf("%s: /livez needs %v", mode, open)
		}
	}
}

func TestOptionsSaysWhatAnOperationNeeds(t *testing.T) {
	onEachWithTokens(t, func(t *testing.T, env map[string]string, _ *database.DB) {
		s := startServiceOf(t, tokenService(), asking(env, "write"))
		if got := s.Want(http.StatusOK, "OPTIONS", "/book/1", "").Body; !strings.Contains(got, `"security":[{"bearer":["book:write"]}]`) {
			t.Errorf("OPTIONS is answered with %s", got)
		}
	})
}

func TestPageSaysWhatAFormNeeds(t *testing.T) { // feature: pages
	onEachWithTokens(t, func(t *testing.T, env map[string]string, db *database.DB) {
		header := newToken(t, env, "create", "reader", "--scope", "read")
		s := startServiceOf(t, tokenService(), asking(env, "write"))
		page := s.Want(http.StatusOK, "GET", "/book/", "", "Accept: text/html").Body
		if !strings.Contains(page, "Needs a caller with the scope <code>book:write</code>") || !strings.Contains(page, "Authorization: Bearer $TOKEN") {
			t.Errorf("the page is %s", page)
		}
		for want, header := range map[int]string{http.StatusUnauthorized: "", http.StatusForbidden: header} {
			answer := s.Want(want, "POST", "/book/", validForm, formType, "Accept: text/html", header)
			if answer.Header.Get("Www-Authenticate") == "" || !strings.Contains(answer.Header.Get("Content-Type"), "text/html") {
				t.Errorf("a form is answered with %v", answer.Header)
			}
		}
		if rows, err := db.Rows(t.Context(), "book"); rows != 2 || err != nil {
			t.Errorf("%d books, %v, want those of the fixtures", rows, err)
		}
	})
}
