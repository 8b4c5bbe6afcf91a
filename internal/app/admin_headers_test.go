package app

import "testing"

func TestEveryAnswerForOperatorsHasCacheAndSecurityHeaders(t *testing.T) {
	t.Parallel()
	s := startService(t, nil)
	s.checkHeaders([]headers{
		{"GET", s.admin + "/", "", "Accept: text/html", 200, "no-store"},
		{"GET", s.admin + "/metrics", "", "", 200, "no-store"}, // feature: metrics
		{"GET", s.admin + "/log-level", "", "", 200, "no-store"},
		{"GET", s.admin + "/debug/pprof/", "", "", 200, "no-store"},
		{"GET", s.admin + "/debug/statsviz/", "", "", 200, "no-store"}, // feature: plots
		{"GET", s.admin + "/favicon.ico", "", "", 200, "no-store"},     // feature: static
		{"GET", s.admin + "/nowhere", "", "", 404, "no-store"},
	})
}
