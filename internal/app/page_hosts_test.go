package app

import (
	"net/http"
	"strings"
	"testing"
)

func TestAnswersDoNotRepeatAHostThatIsNotAllowed(t *testing.T) {
	t.Parallel()
	s := startService(t, map[string]string{"TRUSTED_PROXIES": "127.0.0.0/8", "ALLOWED_HOSTS": "127.0.0.1,shop.test", "MAX_BODY_BYTES": "1000"})
	const page = "Accept: text/html"
	for _, host := range []string{"Host: evil.example", "X-Forwarded-Host: evil.example"} {
		for _, tt := range []struct {
			method, path, body, accept string
			want                       int
		}{
			{"GET", "/", "", page, 421},
			{"GET", "/book/1", "", page, 421},
			{"GET", "/book/1", "", "", 421},
			{"GET", "/livez", "", page, 200},
			{"GET", "/healthcheck", "", page, 200},
			{"GET", "/healthcheck/", "", page, 200},
			{"GET", "/healthcheck", "", "", 200},
			{"OPTIONS", "/livez", "", page, 200},
			{"POST", "/livez", "", page, 405},
			{"POST", "/book/", validForm, page, 421},
			{"POST", "/book/", "title=%", page, 400}, // it is refused before its host is checked
			{"POST", "/book/", strings.Repeat("x", 1500), page, 413},
		} {
			got := s.Do(tt.method, tt.path, tt.body, host, "Accept: "+strings.TrimPrefix(tt.accept, "Accept: "), formType)
			if isPage := strings.HasPrefix(got.Header.Get("Content-Type"), "text/html"); got.Status != tt.want || isPage != (tt.accept != "") {
				t.Errorf("%s, %s %s = %d %s", host, tt.method, tt.path, got.Status, got.Header)
			}
			if strings.Contains(got.Body, "evil.example") || strings.Contains(got.Body, "As curl") {
				t.Errorf("%s, %s %s shows it:\n%s", host, tt.method, tt.path, got.Body)
			}
			for name, values := range got.Header {
				if strings.Contains(strings.Join(values, ""), "evil.example") {
					t.Errorf("%s, %s %s has it in %s", host, tt.method, tt.path, name)
				}
			}
		}
	}
	s.record("request", func(r map[string]any) bool {
		said, _ := r["error"].(string)
		return strings.HasSuffix(said, `the host is "evil.example"`)
	})
	if got := s.Do("GET", "/livez", "", page, "Host: shop.test"); !strings.Contains(got.Body, "curl &#39;http://shop.test/livez&#39;") {
		t.Errorf("the command for our own host is not shown: %d %s", got.Status, got.Body)
	}
	if got := s.Do("GET", s.admin+"/", "", page, "Host: evil.example"); got.Status != http.StatusMisdirectedRequest || strings.Contains(got.Body, "evil") { // feature: admin
		t.Errorf("operators get %d %s", got.Status, got.Body)
	}
}
