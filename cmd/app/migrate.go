package main

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"example.com/templatesite/internal/database"
	"example.com/templatesite/internal/web"
)

type migrateCommand struct {
	App         string        `arg:"" optional:"" help:"One resource. Without it, all."`
	Status      bool          `help:"List the migrations and change nothing." xor:"what"`
	To          *int64        `help:"Go to this version of one resource, forth or back; 0 undoes everything." placeholder:"VERSION" xor:"what"`
	LockTimeout time.Duration `default:"5s" help:"Give up when a table is in use for longer: waiting for it blocks all who come after."`
}

// Help is shown by app migrate --help.
func (migrateCommand) Help() string {
	return `Each migration is a transaction of its own. Several programs may migrate at once:
one applies a migration, the others wait.

Examples:
  app migrate
  app migrate --status
  app migrate tweet --to 1`
}

func (m migrateCommand) Run(p *program) error {
	chosen, err := chooseApps(m.App)
	if err != nil {
		return err
	}
	options := p.config.options()
	options.LockTimeout, options.Create = m.LockTimeout, !m.Status
	db, err := database.Open(options)
	if err != nil {
		return err
	}
	defer db.Close()
	if m.Status {
		return m.status(p, db, chosen)
	}
	steps := 0
	report := func(s database.Step) {
		steps++
		verb := "applied"
		if s.Down {
			verb = "undone"
		}
		fmt.Fprintf(p.stdout, "%s %s/%s in %v\n", verb, s.App, s.Name, s.Duration.Round(time.Millisecond))
	}
	switch {
	case m.To != nil && len(chosen) > 1:
		return errors.New("--to needs the name of a resource, as in: app migrate tweet --to 1")
	case m.To != nil:
		err = db.MigrateTo(p.ctx, chosen[0], *m.To, report)
	default:
		err = db.Migrate(p.ctx, chosen, report)
	}
	if err == nil && steps == 0 {
		fmt.Fprintln(p.stdout, "nothing to do: the schema is at that version")
	}
	return err
}

func (m migrateCommand) status(p *program, db *database.DB, chosen []web.App) error {
	if err := db.Exists(); err != nil {
		return err
	}
	migrations, err := db.Status(p.ctx, chosen)
	for _, one := range migrations {
		switch {
		case one.Name == "":
			fmt.Fprintf(p.stdout, "ahead    %s/%05d: this program does not know it\n", one.App, one.Version)
		case one.Applied:
			fmt.Fprintf(p.stdout, "applied  %s/%s\n", one.App, one.Name)
		default:
			fmt.Fprintf(p.stdout, "pending  %s/%s\n", one.App, one.Name)
		}
	}
	if err != nil {
		return err
	}
	if obstacle := db.Obstacle(p.ctx, chosen); obstacle != nil {
		fmt.Fprintf(p.stdout, "\nThe pending migrations cannot be applied: %v\n", obstacle)
	}
	return nil
}

// chooseApps returns the resources with these names, or all.
func chooseApps(names ...string) ([]web.App, error) {
	names = slices.DeleteFunc(names, func(name string) bool { return name == "" })
	all := apps()
	if len(names) == 0 {
		return all, nil
	}
	var chosen []web.App
	for _, name := range names {
		i := slices.IndexFunc(all, func(app web.App) bool { return app.Name == name })
		if i < 0 {
			return nil, fmt.Errorf("there is no resource %q", name)
		}
		chosen = append(chosen, all[i])
	}
	return chosen, nil
}
