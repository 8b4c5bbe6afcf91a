package app

import (
	"strings"
	"testing"
)

func TestAllowedHostThatNoRequestCanMatchIsRefusedWithAdvice(t *testing.T) {
	t.Parallel()
	for value, advice := range map[string]string{
		"localhost:8000": "as in localhost", "[::1]:8000": "as in ::1", "127.0.0.1:80": "as in 127.0.0.1", "a,b:80": "as in b", "example.com:": "as in example.com",
		"*.example.com": "write .example.com", "*example.com": "names or addresses", "exam*ple.com": "names or addresses",
		"https://example.com": "only hosts", "example.com/": "only hosts", "//example.com": "only hosts", "me@example.com": "only hosts", "10.0.0.0/8": "only hosts",
		`["a","b"]`: "comma-separated", `"a"`: "comma-separated", "a b": "comma-separated", "a;b": "comma-separated", "[a]": "comma-separated",
		"bücher.example": "xn--", "a..b": "names or addresses", "..": "names or addresses", ".": "names or addresses", ",": "empty entries", "a,,b": "empty entries", " ": "empty entries",
		"fe80::1%eth0": "without a zone", "::ffff:127.0.0.1": "IPv4 as in", "1.2.3": "whole address", "1.2.3.4.5": "whole address", ".1.2.3.4": "whole address", "300.1.1.1": "whole address",
		strings.Repeat("a", 64): "names or addresses", "::1::": "names or addresses",
	} {
		status, stdout, stderr := command(t, map[string]string{"ALLOWED_HOSTS": value}, "", "settings")
		if status != 2 || !strings.HasPrefix(stderr, "app: ALLOWED_HOSTS ") || !strings.Contains(stderr, advice) {
			t.Errorf("ALLOWED_HOSTS=%s: exit status %d, want advice %q: %s%s", value, status, advice, stdout, stderr)
		}
	}
}

func TestAllowedHostsMatchEverySpellingOfAHost(t *testing.T) {
	t.Parallel()
	for value, hosts := range map[string][]string{
		"Example.COM , b": {"example.com", "EXAMPLE.com:80", "example.com."}, "example.com.": {"example.com"}, "[::1]": {"[::1]", "[::1]:80"}, "0:0:0:0:0:0:0:1": {"[::1]:80"},
		".Example.com.": {"example.com", "a.b.example.com"}, "my_service,xn--bcher-kva.example": {"my_service:8080", "xn--bcher-kva.example"}, "*": {"anything:1"}, "": {"localhost", "127.0.0.1", "[::1]"},
	} {
		s := startService(t, map[string]string{"ALLOWED_HOSTS": value})
		for _, host := range hosts {
			if got := s.Do("GET", "/book/1", "", "Host: "+host); got.Status != 200 {
				t.Errorf("ALLOWED_HOSTS=%s: status %d for %s", value, got.Status, host)
			}
		}
		if status, stdout, stderr := command(t, map[string]string{"ALLOWED_HOSTS": value, "ADDRESS": strings.TrimPrefix(s.url, "http://")}, "", "healthcheck"); status != 0 {
			t.Errorf("ALLOWED_HOSTS=%s: app healthcheck = %d: %s%s", value, status, stdout, stderr)
		}
		s.exit()
	}
}
