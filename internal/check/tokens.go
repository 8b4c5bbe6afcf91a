package check

import (
	"context"
	"strings"
	"time"
)

// Token is a token that is accepted. Expires is nil for one that never ends; Used is its last use, or
// when it was made.
type Token struct {
	Name    string
	Expires *time.Time
	Used    time.Time
}

// unused is the time after which nobody seems to need a token.
const unused = 90 * 24 * time.Hour

var tokenChecks = []Check{
	{
		"tokens.endless", Warning, Deploy, "Replace them by tokens that expire (app token revoke, app token create): a secret that nobody renews leaks unnoticed.",
		tokens(func(t Token) bool { return t.Expires == nil }),
	},
	{
		"tokens.unused", Warning, Deploy, "Revoke them, if no program needs them: app token revoke.",
		tokens(func(t Token) bool { return time.Since(t.Used) > unused }),
	},
}

// tokens returns a Find that names the tokens that are wrong.
func tokens(wrong func(Token) bool) Find {
	return func(ctx context.Context, s *Subject) (string, error) {
		if s.Tokens == nil {
			return "", errDoesNotApply
		}
		all, err := s.Tokens(ctx)
		if err != nil {
			return "", err
		}
		var names []string
		for _, t := range all {
			if wrong(t) {
				names = append(names, t.Name)
			}
		}
		return strings.Join(names, ", "), nil
	}
}
