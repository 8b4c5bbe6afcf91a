package app

import (
	"net"
	"net/netip"
	"strings"
	"testing"
)

// loopbacks returns the addresses of localhost on this machine.
func loopbacks(t *testing.T) []string {
	t.Helper()
	ln, err := net.Listen("tcp", "[::1]:0")
	if err != nil {
		t.Logf("IPv6 is not covered: %v", err)
		return []string{"127.0.0.1"}
	}
	ln.Close()
	return []string{"127.0.0.1", "[::1]"}
}

func TestLocalhostIsServedOnBothLoopbackAddresses(t *testing.T) {
	t.Parallel()
	s := startService(t, map[string]string{"ADDRESS": "localhost:0"})
	for _, host := range append(loopbacks(t), "localhost") {
		if got := s.Do("GET", strings.Replace(s.url, "localhost", host, 1)+"/healthcheck", ""); got.Status != 200 {
			t.Errorf("%s at %s: status %d", s.url, host, got.Status)
		}
	}
	if status := s.exit(); status != 0 {
		t.Errorf("exit status = %d", status)
	}
}

func TestAddressInUseOnOneLoopbackIsAnError(t *testing.T) {
	t.Parallel()
	for _, host := range loopbacks(t) {
		ln, err := net.Listen("tcp", host+":0")
		if err != nil {
			t.Fatal(err)
		}
		_, port, _ := net.SplitHostPort(ln.Addr().String())
		env := settingsOf(t, filledDB(t))
		env["ADDRESS"] = "localhost:" + port
		if status, _, stderr := command(t, env, "", "serve"); status != 1 || !strings.Contains(stderr, "another instance") {
			t.Errorf("%s is in use: exit status %d: %s", host, status, stderr)
		}
		ln.Close()
	}
}

func TestLogNamesAnUnspecifiedAddressAsItIs(t *testing.T) {
	t.Parallel()
	s := startService(t, nil, "--address=:0") // a flag overrides the variable
	serving := s.record("serving", nil)
	address, err := netip.ParseAddrPort(serving["api"].(string))
	if err != nil || !address.Addr().IsUnspecified() || address.Port() == 0 {
		t.Fatalf("the log says %v", serving)
	}
	for _, host := range []string{"127.0.0.1", "localhost"} {
		_, port, _ := net.SplitHostPort(address.String())
		if got := s.Do("GET", "http://"+net.JoinHostPort(host, port)+"/healthcheck", ""); got.Status != 200 {
			t.Errorf("%s: status %d", host, got.Status)
		}
	}
}
