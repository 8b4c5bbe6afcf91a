package app

import (
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"example.com/templatesite/internal/browsertest"
)

// startNginx starts nginx as a proxy of an address and returns its port. The directives go
// into its location; they may use the cache zone "shared".
func startNginx(t *testing.T, backend, directives string) (port string) {
	t.Helper()
	program, err := exec.LookPath("nginx")
	if err != nil {
		if os.Getenv("REQUIRE_NGINX") == "1" {
			t.Fatal("REQUIRE_NGINX is 1, but there is no nginx: install the package nginx")
		}
		t.Skip("a real proxy is not covered: there is no nginx")
	}
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := free.Addr().String()
	free.Close()
	folder := t.TempDir()
	config := fmt.Sprintf(`daemon off; master_process off; pid %[1]s/pid; events {}
http {
  access_log off; proxy_cache_path %[1]s/cache keys_zone=shared:1m;
  client_body_temp_path %[1]s/1; proxy_temp_path %[1]s/2; fastcgi_temp_path %[1]s/3; uwsgi_temp_path %[1]s/4; scgi_temp_path %[1]s/5;
  server { listen %[2]s; location / { proxy_pass http://%[3]s; %[4]s } }
}`, folder, address, backend, directives)
	file := filepath.Join(folder, "nginx.conf")
	if err := os.WriteFile(file, []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	nginx := exec.Command(program, "-e", "stderr", "-c", file)
	nginx.Stderr = t.Output()
	if err := nginx.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = nginx.Process.Kill()
		_ = nginx.Wait()
	})
	for range 1000 {
		if conn, err := net.Dial("tcp", address); err == nil {
			conn.Close()
			_, port, _ = net.SplitHostPort(address)
			return port
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatal("nginx does not listen")
	return ""
}

// Browsers send Sec-Fetch-Site only over HTTPS and to localhost. For this host the service
// can only compare Origin with the host.
func TestFormsWorkBehindNginxThatForwardsTheHost(t *testing.T) {
	t.Parallel()
	const forwarded = `proxy_set_header X-Forwarded-Host $http_host; proxy_set_header X-Forwarded-Proto $scheme;
		proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;`
	b := browsertest.Start(t, "MAP shop.test 127.0.0.1")
	for name, tt := range map[string]struct {
		directives, trusted string
		works               bool
	}{
		"nginx as it is installed":              {"", "", false},
		"nginx as it is installed, and trusted": {"", "127.0.0.0/8", false},
		"forwarded, and not trusted":            {forwarded, "", false},
		"forwarded, and trusted":                {forwarded, "127.0.0.0/8", true},
		"Host is passed on":                     {"proxy_set_header Host $http_host;", "", true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := startService(t, map[string]string{"TRUSTED_PROXIES": tt.trusted, "ALLOWED_HOSTS": "127.0.0.1,shop.test"})
			origin := "http://shop.test:" + startNginx(t, strings.TrimPrefix(s.url, "http://"), tt.directives)
			tab := b.Open(t, origin)
			tab.Visit("/book/")
			fillIn(tab)
			status := tab.Follow("Create")
			if !tt.works {
				if status != http.StatusForbidden {
					t.Errorf("the form gets a %d", status)
				}
				tab.Want("X-Forwarded-Host", "TRUSTED_PROXIES")
				s.record("request", func(r map[string]any) bool {
					said, _ := r["error"].(string)
					return strings.Contains(said, `the Origin is "`+origin+`"`) && strings.Contains(said, `Host is "`+strings.TrimPrefix(s.url, "http://")+`"`) &&
						strings.Contains(said, `X-Forwarded-Host is "shop.test:`) == (tt.directives != "")
				})
				return
			}
			tab.Want("Created.", origin+"/book/")
			tab.Type("#put-title", "Changed behind a proxy")
			tab.Follow("Save")
			tab.Want("Saved.")
			tab.Click("Delete…")
			tab.Follow("Delete it")
			tab.Want("Deleted.")
		})
	}
}
