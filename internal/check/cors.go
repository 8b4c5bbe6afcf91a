package check

import (
	"context"
	"net/url"
)

// Origins are the entries of ALLOWED_ORIGINS.
type Origins []string

// Checks returns what can be wrong with the origins.
func (all Origins) Checks() []Check {
	return []Check{
		{"origins.plain", Error, Deploy, "List https:// origins in ALLOWED_ORIGINS: anyone on the way to a plain one can change its scripts.", all.plain},
	}
}

func (all Origins) plain(context.Context, *Subject) (string, error) {
	if len(all) == 0 {
		return "", errDoesNotApply
	}
	for _, origin := range all {
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
