package app

import (
	"context"
	"database/sql"
	"fmt"
	"io"
	"io/fs"

	"example.com/templatesite/internal/database"
	"example.com/templatesite/internal/fixture"
	"example.com/templatesite/internal/web"
)

// source is a fixture that can be opened.
type source struct {
	name string
	open func() (io.ReadCloser, error)
}

// ownFixtures returns the fixtures of the resources.
func ownFixtures(chosen []web.Resource) []source {
	var sources []source
	for _, resource := range chosen {
		if resource.Fixtures == nil {
			continue
		}
		names, _ := fs.Glob(resource.Fixtures, "fixtures/*.json") // the pattern is well formed
		for _, name := range names {
			sources = append(sources, source{name, func() (io.ReadCloser, error) { return resource.Fixtures.Open(name) }})
		}
	}
	return sources
}

// load loads the sources, all or nothing. A row may come before the rows that it refers to.
func load(ctx context.Context, db *database.DB, all []web.Resource, sources []source, progress func()) error {
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }() // it does nothing after Commit
	if err := db.DeferReferences(ctx, tx); err != nil {
		return err
	}
	for _, s := range sources {
		if err := loadOne(ctx, tx, all, s, progress); err != nil {
			return fmt.Errorf("fixture %q: %w", s.name, err)
		}
	}
	for _, resource := range all {
		if err := db.AdvanceSequence(ctx, tx, resource.Name); err != nil {
			return err
		}
	}
	if err := db.CheckReferences(ctx, tx); err != nil {
		return err
	}
	return tx.Commit()
}

func loadOne(ctx context.Context, tx *sql.Tx, all []web.Resource, s source, progress func()) error {
	r, err := s.open()
	if err != nil {
		return err
	}
	defer r.Close()
	return fixture.Load(ctx, tx, all, r, progress)
}
