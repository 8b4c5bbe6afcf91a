package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"

	"example.com/templatesite/internal/database"
	"example.com/templatesite/internal/settings"
)

// prepare creates, migrates and fills the file of an SQLite database.
func (p *program) prepare(db *database.DB, log *slog.Logger) error {
	if err := db.Prepare(p.ctx, p.service.schema(), p.fill(log)); err != nil {
		return p.withDatabaseHint(fmt.Errorf("prepare the database that DATABASE_URL names: %w", err))
	}
	return nil
}

// fill returns a function that loads the fixtures of all resources into a new database.
func (p *program) fill(log *slog.Logger) func(context.Context, *database.DB) error {
	return func(ctx context.Context, db *database.DB) error {
		resources, err := db.ByReference(ctx, p.service.Resources)
		if err != nil {
			return err
		}
		if err := load(ctx, db, resources, ownFixtures(resources), func() {}); err != nil {
			return err
		}
		log.Info("created a new database and loaded the fixtures")
		return nil
	}
}

// checkExists closes the database and returns an error if its file does not exist.
func (p *program) checkExists(db *database.DB) error {
	if err := db.Exists(); err != nil {
		return errors.Join(p.withDatabaseHint(err), db.Close())
	}
	return nil
}

// withDatabaseHint adds to err how to choose a database, if DATABASE_URL is not set.
func (p *program) withDatabaseHint(err error) error {
	isDefault := func(s settings.Setting) bool { return s.Name == "DATABASE_URL" && s.Origin == "default" }
	if slices.ContainsFunc(p.settings, isDefault) {
		return fmt.Errorf("%w\nDATABASE_URL is not set, so the default was used: %s. "+
			"Set it to a database that can be written to. %s", err, p.config.DatabaseURL, database.URLHelp())
	}
	return err
}
