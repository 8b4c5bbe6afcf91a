package app

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"example.com/templatesite/internal/database"
	"example.com/templatesite/internal/web"
)

// schemaVersion is the number of a migration.
type schemaVersion int64

type migrateCommand struct {
	Resource    string         `arg:"" optional:"" help:"One resource. Without it, all."`
	Status      bool           `help:"List the migrations and change nothing." xor:"what"`
	To          *schemaVersion `help:"Go to this version of the resource that is named, up or down; 0 undoes everything." placeholder:"VERSION" xor:"what"`
	Yes         bool           `help:"Let --to undo migrations. The tables and columns that they drop are lost."`
	LockTimeout time.Duration  `default:"5s" help:"Give up when a table is in use for longer: waiting longer would block every later statement."`
}

// Help is shown by app migrate --help.
func (migrateCommand) Help() string {
	return `Each migration is a transaction of its own. Several programs may migrate at once:
one applies a migration, the others wait.

To undo migrations, name the resource and the version to go back to, and add --yes:
what they drop is lost.

Examples:
  app migrate
  app migrate --status
  app migrate tweet --to 2
  app migrate tweet --to 1 --yes`
}

func (m migrateCommand) Run(p *program) error {
	var names []string
	if m.Resource != "" {
		names = []string{m.Resource}
	}
	chosen, err := chooseResources(p.service.Resources, names...)
	if err != nil {
		return err
	}
	if m.To != nil && m.Resource == "" {
		return errors.New("--to needs the name of a resource, as in: app migrate tweet --to 1")
	}
	options := p.config.options()
	options.LockTimeout, options.Create = m.LockTimeout, !m.Status && m.To == nil
	db, err := database.Open(options)
	if err != nil {
		return err
	}
	defer db.Close()
	if !options.Create {
		if err := db.Exists(); err != nil {
			return err
		}
	}
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
		fmt.Fprintf(p.stdout, "%s %s/%s in %v\n", verb, s.Resource, s.Name, s.Duration.Round(time.Millisecond))
	}
	if m.To != nil {
		err = m.goTo(p, db, chosen[0], report)
	} else {
		err = db.Migrate(p.ctx, chosen, report)
	}
	if err == nil && steps == 0 {
		fmt.Fprintln(p.stdout, "nothing to do: the schema is up to date")
	}
	return err
}

// goTo undoes migrations only when that was asked for by --yes.
func (m migrateCommand) goTo(p *program, db *database.DB, resource web.Resource, report func(database.Step)) error {
	if err := db.CheckTarget(p.ctx, resource, int64(*m.To)); err != nil {
		return err
	}
	migrations, err := db.Status(p.ctx, []web.Resource{resource})
	if err != nil {
		return err
	}
	var undone []string
	for _, one := range migrations {
		if one.Applied && one.Version > int64(*m.To) {
			undone = append(undone, fmt.Sprintf("%s/%05d", one.Resource, one.Version))
		}
	}
	if len(undone) == 0 || m.Yes {
		return db.MigrateTo(p.ctx, resource, int64(*m.To), report)
	}
	rows, err := db.Rows(p.ctx, resource)
	if err != nil {
		return err
	}
	return fmt.Errorf("this would undo %s and lose what it drops; rows in the table %s: %d. Add --yes to do it",
		strings.Join(undone, ", "), resource.Name, rows)
}

func (m migrateCommand) status(p *program, db *database.DB, chosen []web.Resource) error {
	migrations, err := db.Status(p.ctx, chosen)
	for _, one := range migrations {
		switch {
		case one.Name == "":
			fmt.Fprintf(p.stdout, "ahead    %s/%05d: this program does not know it\n", one.Resource, one.Version)
		case one.Applied:
			fmt.Fprintf(p.stdout, "applied  %s/%s\n", one.Resource, one.Name)
		default:
			fmt.Fprintf(p.stdout, "pending  %s/%s\n", one.Resource, one.Name)
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

// chooseApps returns the resources with these names, or all: in the order of the list,
// since one that refers to another comes after it.
func chooseResources(all []web.Resource, names ...string) ([]web.Resource, error) {
	if len(names) == 0 {
		return all, nil
	}
	var chosen []web.Resource
	var known []string
	for _, resource := range all {
		known = append(known, resource.Name)
		if slices.Contains(names, resource.Name) {
			chosen = append(chosen, resource)
		}
	}
	for _, name := range names {
		if !slices.Contains(known, name) {
			return nil, fmt.Errorf("there is no resource %q, only %s", name, strings.Join(known, ", "))
		}
	}
	return chosen, nil
}
