package check

import (
	"context"
	"net/url"
)

var corsChecks = []Check{
	{"origins.plain", Error, Deploy, "List https:// origins in ALLOWED_ORIGINS: anyone on the way to a plain one can change its scripts.", plainOrigins},
}

func plainOrigins(_ context.Context, s *Subject) (string, error) {
	if len(s.Origins) == 0 {
		return "", errDoesNotApply
	}
	for _, origin := range s.Origins {
		u, err := url.Parse(origin)
		if err != nil {
			return "", err
		}
		if u.Scheme != "https" {
			return origin + " may use the API", nil
		}
	}
	return "", nil
}
