package check_test

import (
	"testing"

	"example.com/templatesite/internal/check"
	"example.com/templatesite/internal/otlptest"
	"example.com/templatesite/internal/tracing"
)

func init() {
	sent := func(to string, headers string) func(*testing.T, *check.Subject) {
		return func(t *testing.T, s *check.Subject) {
			endpoint := to
			if to == "" {
				endpoint = otlptest.NewReceiver(t).URL
			}
			c := tracing.Settings{Endpoint: endpoint, Headers: headers}
			having(check.Collector{URL: c.Target(), Credentials: c.Headers != "", Send: c.Probe})(t, s)
		}
	}
	cases = append(cases,
		tested{"traces.unreachable", sent("http://127.0.0.1:1", ""), sent("", "")},
		tested{"traces.plain", sent("http://host.invalid:4318", "Authorization=x"), sent("https://host.invalid:4318", "Authorization=x")},
		tested{"traces.plain", sent("http://host.invalid:4318", "Authorization=x"), sent("http://host.invalid:4318", "")},
	)
}

func TestCollectorThatRejectsMessagesIsFound(t *testing.T) {
	t.Parallel()
	s := healthy(t)
	c := tracing.Settings{TracesEndpoint: otlptest.NewReceiver(t).URL + "/elsewhere"}
	having(check.Collector{URL: c.Target(), Send: c.Probe})(t, s)
	if r := look(t, s, "traces.unreachable"); r.Status != check.Found {
		t.Errorf("%+v", r)
	}
}
