package check_test

import (
	"net"
	"testing"

	"example.com/templatesite/internal/check"
)

func init() {
	address := func(url string) func(*testing.T, *check.Subject) {
		return func(_ *testing.T, s *check.Subject) { s.Syslog = url }
	}
	runs := func(t *testing.T, s *check.Subject) {
		listener, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { listener.Close() })
		s.Syslog = "tcp://" + listener.Addr().String()
	}
	cases = append(cases,
		tested{"syslog.unreachable", address("tcp://127.0.0.1:1"), runs},
		tested{"syslog.unreachable", address("udp://host.invalid:514"), runs},
		tested{"syslog.udp", address("udp://127.0.0.1:514"), runs},
	)
}

func TestLogServerOnUDPIsUnknown(t *testing.T) {
	t.Parallel()
	s := healthy(t)
	s.Syslog = "udp://127.0.0.1:514"
	if r := look(t, s, "syslog.unreachable"); r.Status != check.Unknown {
		t.Errorf("%+v", r)
	}
	s.Syslog = ""
	if r := look(t, s, "syslog.unreachable"); r.Status != check.DoesNotApply {
		t.Errorf("without a log server: %+v", r)
	}
}
