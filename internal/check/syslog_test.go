package check_test

import (
	"net"
	"testing"

	"example.com/templatesite/internal/check"
)

func init() {
	runs := func(t *testing.T, s *check.Subject) {
		listener, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { listener.Close() })
		having(check.Syslog("tcp://"+listener.Addr().String()))(t, s)
	}
	cases = append(cases,
		tested{"syslog.unreachable", having(check.Syslog("tcp://127.0.0.1:1")), runs},
		tested{"syslog.unreachable", having(check.Syslog("udp://host.invalid:514")), runs},
		tested{"syslog.udp", having(check.Syslog("udp://127.0.0.1:514")), runs},
	)
}

func TestLogServerOnUDPIsUnknown(t *testing.T) {
	t.Parallel()
	s := healthy(t)
	having(check.Syslog("udp://127.0.0.1:514"))(t, s)
	if r := look(t, s, "syslog.unreachable"); r.Status != check.Unknown {
		t.Errorf("%+v", r)
	}
	having(check.Syslog(""))(t, s)
	if r := look(t, s, "syslog.unreachable"); r.Status != check.DoesNotApply {
		t.Errorf("without a log server: %+v", r)
	}
}
