package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"example.com/templatesite/internal/database"
	"example.com/templatesite/internal/fixture"
	"example.com/templatesite/internal/web"
)

type loaddataCommand struct {
	Files []string `arg:"" optional:"" name:"file" help:"Files, - for standard input, or resources, to load their own fixtures. Without arguments, the fixtures of all resources."`
}

// Help is shown by app loaddata --help.
func (loaddataCommand) Help() string {
	return `Rows are inserted, or replaced when their key exists. When one row is wrong,
nothing is loaded.

Examples:
  app loaddata
  app loaddata note
  app loaddata staging.json
  app dumpdata | DATABASE_URL=$COPY app loaddata -`
}

// Run loads the fixtures in one transaction.
func (l loaddataCommand) Run(p *program) error {
	db, err := p.openExisting()
	if err != nil {
		return err
	}
	defer db.Close()
	if _, err := db.Status(p.ctx, p.service.schema()); err != nil { // such as a table that hides ours
		return err
	}
	resources, err := db.ByReference(p.ctx, p.service.Resources)
	if err != nil {
		return err
	}
	sources, err := l.sources(resources, p.stdin)
	if err != nil {
		return err
	}
	counter := newCounter(p.stderr)
	err = untilCancelled(p.ctx, func() error { return load(p.ctx, db, resources, sources, counter.add) })
	counter.done()
	if err == nil {
		fmt.Fprintf(p.stderr, "loaded %d rows\n", counter.n)
	}
	return p.advise(db, err)
}

// sources returns what the arguments name.
func (l loaddataCommand) sources(resources []web.Resource, stdin io.Reader) ([]source, error) {
	var names []string
	var files []source
	for _, name := range l.Files {
		if _, err := chooseResources(resources, name); err == nil {
			names = append(names, name)
		} else {
			files = append(files, file(name, stdin))
		}
	}
	if len(names) == 0 && len(files) > 0 {
		return files, nil
	}
	chosen, err := chooseResources(resources, names...)
	return append(ownFixtures(chosen), files...), err
}

func file(name string, stdin io.Reader) source {
	return source{name, func() (io.ReadCloser, error) {
		if name == "-" {
			return io.NopCloser(stdin), nil
		}
		f, err := os.Open(name)
		if errors.Is(err, os.ErrNotExist) {
			err = errors.New("there is no file and no resource of that name; app loaddata without arguments loads the fixtures of all resources")
		}
		return f, err
	}}
}

// advise puts advice before err if the schema of the database is not the program's.
func (p *program) advise(db *database.DB, err error) error {
	if err == nil {
		return nil
	}
	if advice, notReady := db.Ready(p.ctx, p.service.schema()); notReady != nil && advice != "" {
		return fmt.Errorf("%s: %w", advice, err)
	}
	return err
}

// untilCancelled runs f, but returns when ctx ends: a read of standard input may never end.
// The transaction of f ends with ctx, or with the program.
func untilCancelled(ctx context.Context, f func() error) error {
	done := make(chan error, 1)
	go func() { done <- f() }()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

type dumpdataCommand struct {
	Models []string `arg:"" optional:"" name:"model" help:"Resources. Without arguments, all."`
}

// Help is shown by app dumpdata --help.
func (dumpdataCommand) Help() string {
	return `Examples:
  app dumpdata > everything.json
  app dumpdata note | head`
}

// Run writes the fixture.
func (d dumpdataCommand) Run(p *program) error {
	chosen, err := chooseResources(p.service.Resources, d.Models...)
	if err != nil {
		return err
	}
	db, err := p.openExisting()
	if err != nil {
		return err
	}
	defer db.Close()
	if _, err := db.Status(p.ctx, chosen); err != nil { // such as a table that hides ours
		return err
	}
	chosen, err = db.ByReference(p.ctx, chosen)
	if err != nil {
		return err
	}
	counter := newCounter(p.stderr)
	defer counter.done()
	return p.advise(db, fixture.Dump(p.ctx, db.DB, chosen, p.stdout, counter.add))
}
