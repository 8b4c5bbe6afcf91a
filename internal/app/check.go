package app

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"os"
	"slices"
	"time"

	"example.com/templatesite/internal/check"
	"example.com/templatesite/internal/database"
)

type checkCommand struct {
	Deploy    bool           `help:"Also look for what is wrong in production only."`
	JSON      bool           `name:"json" help:"Write every check as JSON."`
	FailLevel check.Severity `default:"warning" placeholder:"LEVEL" help:"The lowest severity that fails: info, warning or error."`
}

// Help is shown by app check --help.
func (checkCommand) Help() string {
	return `Run it where the service runs, with its settings: it looks at the process that it
is, too. It changes nothing, and takes at most a few seconds. What cannot be told is
unknown, which only --fail-level=info fails for.

A finding that you accept is silenced with a reason, one a line or after a semicolon:
  SILENCED_CHECKS="https.unseen=the proxy is on another network"

Exit status: 0 if nothing has the level or a higher one, 1 if something has, 2 if an
argument or a setting is wrong, so that nothing was checked.

Examples:
  app check
  app check --deploy
  app check --deploy --json --fail-level=error`
}

func (c checkCommand) Run(p *program) error {
	db, err := p.openDatabase(nil)
	if err != nil {
		return err
	}
	defer db.Close()
	// A busy server has few connections to spare.
	db.SetMaxOpenConns(min(maxCheckConnections, int(p.config.DatabaseMaxConnections)))
	report := check.Run(p.ctx, p.subject(db), c.Deploy)
	if c.JSON {
		err = report.PrintJSON(p.stdout)
	} else {
		err = report.Print(p.stdout, isTerminal(p.stdout) && !p.noColor)
	}
	if n := report.Count(c.FailLevel); err == nil && n > 0 {
		err = fmt.Errorf("findings of the level %s or higher: %d", c.FailLevel, n)
	}
	return err
}

const maxCheckConnections = 4

// subject returns what is checked: the settings, this process, and the database.
func (p *program) subject(db *database.DB) *check.Subject {
	c, root, b := p.config, os.DirFS("/"), p.service.build()
	return &check.Subject{
		Hosts: c.AllowedHosts, Proxies: c.TrustedProxies, Misspelt: p.misspeltSettings(), Exposed: p.exposedSecrets(),
		Silences: c.SilencedChecks, Authentication: string(c.Authentication), LogLevel: slog.Level(c.LogLevel), RequestTimeout: c.RequestTimeout,
		MaxBodyBytes: int64(c.MaxBodyBytes), Version: b.Version, Commit: b.Commit,
		Root: root, MemoryLimit: groupMemory(root), Dial: (&net.Dialer{}).DialContext,
		DB: db.DB.DB, Pool: int(c.DatabaseMaxConnections), Now: time.Now,
		Reach: func(ctx context.Context) error { return reach(ctx, db) },
		Count: func(ctx context.Context) (pending, ahead int, err error) {
			_, pending, ahead, err = db.Count(ctx, p.service.schema())
			return pending, ahead, err
		},
		Parts: []check.Part{
			check.Origins(c.AllowedOrigins),                                   // feature: cors
			check.Admin{Address: string(c.AdminAddress), Token: c.AdminToken}, // feature: admin
			check.Syslog(c.SyslogAddress),                                     // feature: syslog
			check.Collector{URL: c.Tracing.Target(), Credentials: c.Tracing.Headers != "", Send: c.Tracing.Probe}, // feature: traces
			p.acceptedTokens(db.DB), // feature: tokens
			check.Throttle{Off: c.Throttle.ThrottleRequests.Count == 0}, // feature: throttle
			check.Provider{Issuer: c.OIDC.Issuer, Reach: c.OIDC.Probe},  // feature: oidc
			check.SQLite(db.Path()), // feature: sqlite
			c.postgres(db),          // feature: postgres
		},
	}
}

func reach(ctx context.Context, db *database.DB) error {
	if err := db.Exists(); err != nil { // feature: sqlite
		return err
	}
	return db.PingContext(ctx)
}

func (p *program) misspeltSettings() []string {
	var all []string
	for _, m := range p.misspelt {
		all = append(all, fmt.Sprintf("%q looks like a misspelt %s", m.Variable, m.Meant))
	}
	return all
}

// exposedSecrets returns the names of the settings that hold a secret and are not read from files.
func (p *program) exposedSecrets() []string {
	var all []string
	for _, s := range p.settings {
		if s.HidesSecret() && !slices.Contains([]string{"file", "default"}, s.Origin) {
			all = append(all, s.Name)
		}
	}
	return all
}
