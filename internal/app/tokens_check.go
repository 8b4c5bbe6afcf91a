// feature: check

package app

import (
	"context"
	"time"

	"example.com/templatesite/internal/check"
	"example.com/templatesite/internal/token"
	"example.com/templatesite/internal/web"
)

// acceptedTokens returns what lists the tokens that are accepted, or nil if the service has none.
func (p *program) acceptedTokens(db web.DB) check.Tokens {
	if !p.service.Tokens {
		return nil
	}
	return func(ctx context.Context) (accepted []check.Token, err error) {
		all, err := token.New(db, p.service.Name).List(ctx)
		for _, t := range all {
			if t.State(time.Now()) != "active" {
				continue
			}
			used := t.Created
			if t.Used != nil {
				used = *t.Used
			}
			accepted = append(accepted, check.Token{Name: t.Name, Expires: t.Expires, Used: used})
		}
		return accepted, err
	}
}
