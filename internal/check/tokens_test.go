package check_test

import (
	"context"
	"testing"
	"time"

	"example.com/templatesite/internal/check"
)

func init() {
	tokens := func(expires *time.Time, used time.Time) func(*testing.T, *check.Subject) {
		return having(check.Tokens(func(context.Context) ([]check.Token, error) {
			return []check.Token{{Name: "ci", Expires: expires, Used: used}}, nil
		}))
	}
	now := time.Now()
	soon, recently, long := now.Add(time.Hour), now.AddDate(0, 0, -89), now.AddDate(0, 0, -91)
	cases = append(cases,
		tested{"tokens.endless", tokens(nil, now), tokens(&soon, now)},
		tested{"tokens.unused", tokens(&soon, long), tokens(&soon, recently)},
	)
}
