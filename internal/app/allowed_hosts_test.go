package app

import (
	"strings"
	"testing"
)

func TestAllowedHostThatNoRequestCanMatchIsRefusedWithAdvice(t *testing.T) {
	t.Parallel()
	for value, advice := range map[string]string{
		"localhost:8000": "as in localhost", "[::1]:8000": "as in ::1", "127.0.0.1:80": "as in 127.0.0.1", "a,b:80": "as in b", "example.org:": "as in example.org",
		"*.example.org": "write .example.org", "*example.org": "names or addresses", "exam*ple.com": "names or addresses",
		"https://example.org": "only hosts", "example.org/": "only hosts", "//example.org": "only hosts", "me@example.org": "only hosts", "10.0.0.0/8": "only hosts",
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
		"Example.ORG , b": {"example.org", "EXAMPLE.org:80", "example.org."}, "example.org.": {"example.org"}, "[::1]": {"[::1]", "[::1]:80"}, "0:0:0:0:0:0:0:1": {"[::1]:80"},
		".Example.org.": {"example.org", "a.b.example.org"}, "my_service,xn--bcher-kva.example": {"my_service:8080", "xn--bcher-kva.example"}, "*": {"anything:1"}, "": {"localhost", "127.0.0.1", "[::1]"},
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
