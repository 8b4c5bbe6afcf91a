package app

import (
	"fmt"
	"strings"
	"time"

	"example.com/templatesite/internal/database"
)

// schemaVersion is the version of a migration.
type schemaVersion int64

type migrateCommand struct {
	Status      bool           `help:"List the migrations and change nothing." xor:"what"`
	To          *schemaVersion `help:"Migrate to this version, up or down; 0 undoes everything." placeholder:"VERSION" xor:"what"`
	Yes         bool           `help:"Let --to undo migrations. The tables and columns that they drop are lost."`
	LockTimeout time.Duration  `default:"5s" help:"Give up when a table is in use for longer: waiting longer would block every later statement."`
}

// Help is shown by app migrate --help.
func (migrateCommand) Help() string {
	return `The migrations of all resources are one sequence in chronological order. Each is a
transaction of its own. Several programs may migrate at once: one applies a
migration, the others wait.

A pending migration that is older than an applied one, as after the late merge of a
branch, is applied and reported as late.

To undo migrations, give the version to go back to, and --yes: what they drop is
lost. A version is the 14 digits at the start of a file's name.

Examples:
  app migrate
  app migrate --status
  app migrate --to 20261127101500 --yes`
}

func (m migrateCommand) Run(p *program) error {
	options := p.options()
	options.LockTimeout = m.LockTimeout
	db, err := database.Open(options)
	if err != nil {
		return err
	}
	defer db.Close()
	if m.Status || m.To != nil { // feature: sqlite
		if err := db.Exists(); err != nil {
			return err
		}
	}
	if m.Status {
		return m.status(p, db)
	}
	steps := 0
	report := func(s database.Step) {
		steps++
		fmt.Fprintln(p.stdout, describe(s))
	}
	if m.To != nil {
		err = m.goTo(p, db, report)
	} else {
		err = db.Migrate(p.ctx, p.service.schema(), report)
	}
	if err == nil && steps == 0 {
		fmt.Fprintln(p.stdout, "nothing to do: the schema is up to date")
	}
	return err
}

const late = " (late: a newer migration is already applied)"

// describe returns the line that reports a step.
func describe(s database.Step) string {
	switch took := s.Duration.Round(time.Millisecond); {
	case s.Former != 0:
		return fmt.Sprintf("recorded %s: already applied as %s/%05d", s.Name, s.Resource, s.Former)
	case s.Applied:
		return fmt.Sprintf("undone %s in %v", s.Name, took)
	case s.Late:
		return fmt.Sprintf("applied %s in %v%s", s.Name, took, late)
	default:
		return fmt.Sprintf("applied %s in %v", s.Name, took)
	}
}

// goTo undoes migrations only with --yes.
func (m migrateCommand) goTo(p *program, db *database.DB, report func(database.Step)) error {
	steps, err := db.Plan(p.ctx, p.service.schema(), int64(*m.To))
	if err != nil {
		return err
	}
	if len(steps) > 0 && steps[0].Applied && !m.Yes {
		return m.refuse(p, db, steps)
	}
	return db.MigrateTo(p.ctx, p.service.schema(), int64(*m.To), report)
}

// refuse returns an error that says what undoing would lose.
func (m migrateCommand) refuse(p *program, db *database.DB, steps []database.Migration) error {
	var undone, lost []string
	seen := map[string]bool{}
	for _, one := range steps {
		if !one.Applied {
			continue
		}
		undone = append(undone, one.Name)
		if seen[one.Resource] {
			continue
		}
		seen[one.Resource] = true
		rows, err := db.Rows(p.ctx, one.Resource)
		if err != nil {
			return err
		}
		lost = append(lost, fmt.Sprintf("%s: %d", one.Resource, rows))
	}
	return fmt.Errorf("this would undo %s and drop what they added, with its data; rows in the table %s. Add --yes to do it",
		strings.Join(undone, ", "), strings.Join(lost, ", in the table "))
}

func (m migrateCommand) status(p *program, db *database.DB) error {
	migrations, err := db.Status(p.ctx, p.service.schema())
	if err != nil {
		return err
	}
	for _, one := range migrations {
		switch {
		case one.Name == "":
			fmt.Fprintf(p.stdout, "unknown  %d: applied, but this program does not have it\n", one.Version)
		case one.Applied:
			fmt.Fprintf(p.stdout, "applied  %s\n", one.Name)
		case one.Former != 0:
			fmt.Fprintf(p.stdout, "pending  %s (applied as %s/%05d: to be recorded)\n", one.Name, one.Resource, one.Former)
		case one.Late:
			fmt.Fprintf(p.stdout, "pending  %s%s\n", one.Name, late)
		default:
			fmt.Fprintf(p.stdout, "pending  %s\n", one.Name)
		}
	}
	if obstacle := db.Obstacle(p.ctx, p.service.schema()); obstacle != nil {
		fmt.Fprintf(p.stdout, "\nThe pending migrations cannot be applied: %v\n", obstacle)
	}
	return nil
}
