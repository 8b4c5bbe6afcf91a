package app

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"example.com/templatesite/internal/token"
	"example.com/templatesite/internal/web"
)

// identifyToken returns what knows the tokens, or nothing if the service has none.
func (s Service) identifyToken(db web.DB) []web.Identify {
	if !s.Tokens {
		return nil
	}
	return []web.Identify{token.New(db, s.Name).Identify}
}

// withTokens adds the table of the tokens to what has migrations, unless the service has none.
func (s Service) withTokens(owners []web.Resource) []web.Resource {
	if !s.Tokens {
		return owners
	}
	return append(owners, token.Table())
}

type tokenCommand struct {
	Create tokenCreateCommand `cmd:"" help:"Create a token, and write its secret to standard output."`
	List   tokenListCommand   `cmd:"" help:"List the tokens: who has them, what for, and when they were used."`
	Rotate tokenRotateCommand `cmd:"" help:"Replace a token by another, and write the new secret to standard output."`
	Revoke tokenRevokeCommand `cmd:"" help:"End a token at once."`
}

// Help is shown by app token --help.
func (tokenCommand) Help() string {
	return `A program sends its secret as Authorization: Bearer SECRET. AUTHENTICATION says which
requests need one. The commands also work while the service runs.

Examples:
  app token create ci --scope read > ci.token
  app token list
  app token rotate ci > ci.token
  app token revoke ci`
}

// tokens are what the commands need of token.Tokens.
type tokens interface {
	Create(ctx context.Context, one *token.Token) (secret string, err error)
	List(ctx context.Context) ([]token.Token, error)
	Rotate(ctx context.Context, name string, overlap time.Duration) (one token.Token, secret string, err error)
	Revoke(ctx context.Context, name string) (ids []int64, err error)
}

// withTokens calls do with the tokens of the database.
func (p *program) withTokens(do func(tokens) error) error {
	if !p.service.Tokens {
		return errors.New("this service has no tokens: set Tokens in cmd/app/main.go")
	}
	db, err := p.openExisting()
	if err != nil {
		return err
	}
	defer db.Close()
	var all tokens = token.New(db.DB, p.service.Name)
	all = p.service.audited(db.DB, all) // feature: audit
	return p.advise(db, do(all))
}

type tokenCreateCommand struct {
	Name  string   `arg:"" help:"What the log calls the token: 1 to 100 visible ASCII characters."`
	Owner string   `help:"On whose behalf it is used. By default its name."`
	Scope []string `required:"" help:"What it may do: read, write, or the same of one resource, as in NAME:write." placeholder:"SCOPE"`
	Days  uint16   `default:"90" help:"How many days it is valid; 0 is for ever."`
}

// Run writes nothing but the secret to standard output.
func (c tokenCreateCommand) Run(p *program) error {
	if err := p.checkScopes(c.Scope); err != nil {
		return err
	}
	one := &token.Token{Name: c.Name, Owner: c.Owner, Scopes: c.Scope}
	if one.Owner == "" {
		one.Owner = one.Name
	}
	if c.Days > 0 {
		expires := time.Now().UTC().AddDate(0, 0, int(c.Days))
		one.Expires = &expires
	}
	return p.withTokens(func(tokens tokens) error {
		secret, err := tokens.Create(p.ctx, one)
		if err != nil {
			return err
		}
		return p.handOut(one, secret)
	})
}

// handOut writes the secret to standard output, and the rest to standard error.
func (p *program) handOut(one *token.Token, secret string) error {
	if _, err := fmt.Fprintln(p.stdout, secret); err != nil {
		return fmt.Errorf("%s exists, but its secret is lost: revoke it", one.Name)
	}
	fmt.Fprintf(p.stderr, "created token:%d: %s of %s, with the scope %s, %s\n", one.ID, one.Name, one.Owner, strings.Join(one.Scopes, " "), until(one))
	return nil
}

func until(one *token.Token) string {
	if one.Expires == nil {
		return "valid for ever"
	}
	return "valid until " + day(one.Expires)
}

// checkScopes returns an error for a scope that no operation needs: it would be a typo.
func (p *program) checkScopes(scopes []string) error {
	config := *p.config
	config.Authentication = authentication(web.AuthenticationAll) // every operation says what it needs
	all := *p
	all.config = &config
	api, err := all.api()
	if err != nil {
		return err
	}
	known := append([]string{web.ScopeRead, web.ScopeWrite}, api.Scopes()...)
	for _, scope := range scopes {
		if !slices.Contains(known, scope) {
			return fmt.Errorf("no operation needs the scope %q, only %s", scope, strings.Join(known, ", "))
		}
	}
	return nil
}

type tokenListCommand struct{}

// Run prints a table.
func (tokenListCommand) Run(p *program) error {
	return p.withTokens(func(tokens tokens) error {
		all, err := tokens.List(p.ctx)
		if err != nil {
			return err
		}
		table := tabwriter.NewWriter(p.stdout, 0, 0, 2, ' ', 0)
		fmt.Fprintln(table, "ID\tNAME\tOWNER\tSCOPES\tSTATE\tCREATED\tEXPIRES\tUSED")
		for _, one := range all {
			fmt.Fprintf(table, "%d\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n", one.ID, one.Name, one.Owner, strings.Join(one.Scopes, " "),
				one.State(time.Now()), day(&one.Created), day(one.Expires), hour(one.Used))
		}
		return table.Flush()
	})
}

func day(t *time.Time) string {
	if t == nil {
		return "never"
	}
	return t.Format(time.DateOnly)
}

func hour(t *time.Time) string {
	if t == nil {
		return "never"
	}
	return t.Format("2006-01-02 15h")
}

type tokenRotateCommand struct {
	Name    string        `arg:"" help:"The name of the token."`
	Overlap time.Duration `default:"24h" help:"How long the secret that is replaced goes on working."`
}

// Run writes nothing but the new secret to standard output.
func (c tokenRotateCommand) Run(p *program) error {
	return p.withTokens(func(tokens tokens) error {
		one, secret, err := tokens.Rotate(p.ctx, c.Name, c.Overlap)
		if err != nil {
			return err
		}
		return p.handOut(&one, secret)
	})
}

type tokenRevokeCommand struct {
	Name string `arg:"" help:"The name of the token."`
}

func (c tokenRevokeCommand) Run(p *program) error {
	return p.withTokens(func(tokens tokens) error {
		if _, err := tokens.Revoke(p.ctx, c.Name); err != nil {
			return err
		}
		fmt.Fprintf(p.stderr, "revoked %s: a running service refuses it within 5 seconds\n", c.Name)
		return nil
	})
}
