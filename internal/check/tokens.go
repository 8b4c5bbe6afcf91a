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

// Tokens returns the tokens that are accepted. It is nil if the service has none.
type Tokens func(context.Context) ([]Token, error)

// Checks returns what can be wrong with the tokens.
func (list Tokens) Checks() []Check {
	return []Check{
		{
			"tokens.endless", Warning, Deploy, "Replace them by tokens that expire (app token revoke, app token create): a secret that nobody renews leaks unnoticed.",
			list.wrong(func(t Token) bool { return t.Expires == nil }),
		},
		{
			"tokens.unused", Warning, Deploy, "Revoke them, if no program needs them: app token revoke.",
			list.wrong(func(t Token) bool { return time.Since(t.Used) > unused }),
		},
	}
}

// wrong returns a Find that names the tokens that are wrong.
func (list Tokens) wrong(wrong func(Token) bool) Find {
	return func(ctx context.Context, _ *Subject) (string, error) {
		if list == nil {
			return "", errDoesNotApply
		}
		all, err := list(ctx)
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
