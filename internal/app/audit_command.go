package app

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"text/tabwriter"
	"time"

	"example.com/templatesite/internal/audit"
)

type auditCommand struct {
	Since    time.Duration `help:"Only changes that are not older." placeholder:"24h"`
	Caller   string        `help:"Only changes by a caller with this id, name or owner."`
	Resource string        `help:"Only changes of this resource."`
	Row      string        `help:"Only changes of the rows with this id."`
	Limit    uint16        `default:"100" help:"How many entries to print at most."`
	Before   int64         `help:"Only entries before the one with this id." placeholder:"ID"`
	JSON     bool          `name:"json" help:"Write each entry as JSON, on a line of its own."`
}

// Help is shown by app audit --help.
func (auditCommand) Help() string {
	return `The newest entry is the last. It also works while the service runs.

Examples:
  app audit --since 24h
  app audit --resource note --row 7
  app audit --caller ci --json`
}

// auditTimeout is how long app audit waits for the database.
const auditTimeout = 30 * time.Second

// Run writes nothing but entries to standard output.
func (c auditCommand) Run(p *program) error {
	if !p.service.Audit {
		return errors.New("this service has no audit trail: set Audit in cmd/app/main.go")
	}
	db, err := p.openExisting()
	if err != nil {
		return err
	}
	defer db.Close()
	filter := audit.Filter{Before: c.Before, Caller: c.Caller, Resource: c.Resource, Row: c.Row}
	if c.Since > 0 {
		filter.Since = time.Now().Add(-c.Since)
	}
	ctx, cancel := context.WithTimeout(p.ctx, auditTimeout)
	defer cancel()
	entries, err := audit.New(db.DB).List(ctx, filter, int(c.Limit))
	if err != nil {
		return p.advise(db, err)
	}
	if n := len(entries); n > 0 && n == int(c.Limit) {
		fmt.Fprintf(p.stderr, "for what was before, add --before %d\n", entries[0].ID)
	}
	if c.JSON {
		return writeLines(p.stdout, entries)
	}
	return writeTable(p.stdout, entries)
}

func writeLines(w io.Writer, entries []audit.Entry) error {
	lines := json.NewEncoder(w)
	for _, e := range entries {
		if err := lines.Encode(e); err != nil {
			return err
		}
	}
	return nil
}

func writeTable(w io.Writer, entries []audit.Entry) error {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "ID\tTIME\tCALLER\tNAME\tOWNER\tOPERATION\tRESOURCE\tROW\tREQUEST")
	for _, e := range entries {
		fmt.Fprintf(table, "%d\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n", e.ID, e.Time.Format(time.RFC3339),
			cmp.Or(e.Caller, e.Client), cmp.Or(e.Name, "-"), cmp.Or(e.Owner, "-"), e.Operation, e.Resource, cmp.Or(e.Row, "-"), cmp.Or(e.RequestID, "-"))
	}
	return table.Flush()
}
