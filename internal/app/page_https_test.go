package app

import (
	"net/http"
	"strings"
	"testing"
)

// The service itself speaks plain HTTP; only a trusted proxy can say that its client uses HTTPS.
func TestAnswersToHTTPSKeepBrowsersOnHTTPS(t *testing.T) {
	t.Parallel()
	s := startService(t, map[string]string{"TRUSTED_PROXIES": "127.0.0.0/8", "ALLOWED_HOSTS": ".shop.test,localhost,127.0.0.1"})
	stranger := startService(t, map[string]string{"ALLOWED_HOSTS": ".shop.test"})
	for _, tt := range []struct {
		service     *service
		proto, host string
		secure      bool
	}{
		{s, "https", "shop.test", true},
		{s, "HTTPS", "www.shop.test:8443", true},
		{s, "http", "shop.test", false},
		{s, "", "shop.test", false},
		{stranger, "https", "shop.test", false},
	} {
		asked := []string{"Host: " + tt.host, "X-Forwarded-Proto: " + tt.proto, "Accept: text/html", formType}
		created := tt.service.Do("POST", "/book/", validForm, asked...)
		cookie := created.Header.Get("Set-Cookie")
		if created.Status != http.StatusSeeOther || !strings.HasPrefix(cookie, "notice=created;") || strings.Contains(cookie, "; Secure") != tt.secure {
			t.Errorf("%+v: %d with the cookie %q", tt, created.Status, cookie)
		}
		cleared := tt.service.Do("GET", "/book/1", "", append(asked, "Cookie: notice=created")...).Header.Get("Set-Cookie")
		if !strings.HasPrefix(cleared, "notice=;") || strings.Contains(cleared, "; Secure") != tt.secure {
			t.Errorf("%+v: the cookie is cleared with %q", tt, cleared)
		}
		for _, path := range []string{"/", "/book/", "/nothing", "/livez", "/openapi.json"} {
			got := tt.service.Do("GET", path, "", "Host: "+tt.host, "X-Forwarded-Proto: "+tt.proto).Header.Values("Strict-Transport-Security")
			if (len(got) == 1 && got[0] == "max-age=15768000") != tt.secure || len(got) > 1 {
				t.Errorf("%+v: GET %s has %q", tt, path, got)
			}
		}
	}
	for _, local := range []string{"localhost", "app.localhost:8000"} {
		got := s.Do("GET", "/livez", "", "Host: "+local, "X-Forwarded-Proto: https").Header.Get("Strict-Transport-Security")
		if got != "" {
			t.Errorf("every port of %s would have to use HTTPS: %q", local, got)
		}
	}
}
