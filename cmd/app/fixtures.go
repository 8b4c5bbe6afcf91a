package main

import (
	"context"
	"fmt"
	"io"
	"io/fs"
	"os"

	"example.com/templatesite/internal/database"
	"example.com/templatesite/internal/fixture"
)

type loaddataCommand struct {
	Files []string `arg:"" optional:"" name:"file" help:"Fixtures, - for standard input. Without any, those of the resources."`
}

// Help is shown by app loaddata --help.
func (loaddataCommand) Help() string {
	return `Rows are inserted, or replaced when their key exists. When one row is wrong,
nothing is loaded.

Examples:
  app loaddata
  app loaddata staging.json
  app dumpdata | DATABASE_URL=sqlite:copy.db app loaddata -`
}

// Run loads the fixtures in one transaction.
func (l loaddataCommand) Run(p *program) error {
	db, err := p.config.openExisting()
	if err != nil {
		return err
	}
	defer db.Close()
	sources := ownFixtures()
	if len(l.Files) > 0 {
		sources = nil
	}
	for _, name := range l.Files {
		sources = append(sources, source{name, func() (io.ReadCloser, error) {
			if name == "-" {
				return io.NopCloser(p.stdin), nil
			}
			return os.Open(name)
		}})
	}
	counter := newCounter(p.stderr)
	err = untilCancelled(p.ctx, func() error { return load(p.ctx, db, sources, counter.add) })
	counter.done()
	if err == nil {
		fmt.Fprintf(p.stderr, "loaded %d rows\n", counter.n)
	}
	return err
}

// untilCancelled does not wait for a read of standard input that never ends: the
// transaction ends with the context, or with the program.
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
	Models []string `arg:"" optional:"" name:"model" help:"Resources. Without any, all."`
}

// Help is shown by app dumpdata --help.
func (dumpdataCommand) Help() string {
	return `Examples:
  app dumpdata > everything.json
  app dumpdata tweet | head`
}

// Run writes the fixture.
func (d dumpdataCommand) Run(p *program) error {
	chosen, err := chooseApps(d.Models...)
	if err != nil {
		return err
	}
	db, err := p.config.openExisting()
	if err != nil {
		return err
	}
	defer db.Close()
	counter := newCounter(p.stderr)
	defer counter.done()
	return fixture.Dump(p.ctx, db.DB, chosen, p.stdout, counter.add)
}

// source is a fixture that can be opened.
type source struct {
	name string
	open func() (io.ReadCloser, error)
}

// ownFixtures returns the fixtures of every resource.
func ownFixtures() []source {
	var sources []source
	for _, app := range apps() {
		names, _ := fs.Glob(app.Fixtures, "fixtures/*.json") // the pattern is well formed
		for _, name := range names {
			sources = append(sources, source{name, func() (io.ReadCloser, error) { return app.Fixtures.Open(name) }})
		}
	}
	return sources
}

// load loads the sources, all or nothing.
func load(ctx context.Context, db *database.DB, sources []source, progress func()) error {
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }() // it does nothing after Commit
	for _, s := range sources {
		if err := loadOne(ctx, tx, s, progress); err != nil {
			return fmt.Errorf("fixture %q: %w", s.name, err)
		}
	}
	for _, app := range apps() {
		if err := db.AdvanceSequence(ctx, tx, app.Name); err != nil {
			return err
		}
	}
	return tx.Commit()
}
