package database

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/pressly/goose/v3"
	goosedb "github.com/pressly/goose/v3/database"

	"example.com/templatesite/internal/web"
)

// Migration is one version of one resource's schema.
type Migration struct {
	Resource string
	Version  int64
	// Name is the file's; empty for a version that only the database knows.
	Name    string
	Applied bool
}

// Step is one migration that was run.
type Step struct {
	Resource, Name string
	Down           bool
	Duration       time.Duration
}

// Migrate applies what is pending, one transaction each, and reports every step
// when it is done. Of many programs that do it at once, one applies a migration.
func (db *DB) Migrate(ctx context.Context, resources []web.Resource, report func(Step)) error {
	return db.locked(ctx, func() error { return db.migrate(ctx, resources, report) })
}

// MigrateTo brings one resource's schema to a version, forth or back.
func (db *DB) MigrateTo(ctx context.Context, resource web.Resource, version int64, report func(Step)) error {
	return db.locked(ctx, func() error {
		provider, err := db.provider(resource)
		if err != nil {
			return err
		}
		if err := db.CheckTarget(ctx, resource, version); err != nil {
			return err
		}
		at, err := provider.GetDBVersion(ctx)
		if err == nil && version == 0 {
			err = db.checkUnreferenced(ctx, resource)
		}
		for err == nil && at != version {
			next := provider.UpByOne
			if at > version {
				next = provider.Down
			}
			if err = step(ctx, resource, next, report); err == nil {
				at, err = provider.GetDBVersion(ctx)
			}
		}
		if err != nil {
			return err
		}
		return db.checkTables(ctx)
	})
}

// CheckTarget returns why MigrateTo would refuse a version. It only reads.
func (db *DB) CheckTarget(ctx context.Context, resource web.Resource, version int64) error {
	provider, err := db.provider(resource)
	if err != nil {
		return err
	}
	known := func(s *goose.Source) bool { return s.Version == version }
	if version != 0 && !slices.ContainsFunc(provider.ListSources(), known) {
		return fmt.Errorf("%s has no migration %d", resource.Name, version)
	}
	migrations, err := db.Status(ctx, []web.Resource{resource})
	if err == nil {
		err = db.checkSchema(ctx, resource)
	}
	if err == nil {
		err = checkKnown(resource, migrations, version)
	}
	back := func(m Migration) bool { return m.Applied && m.Version > version }
	if err == nil && !slices.ContainsFunc(migrations, back) {
		err = checkOrder(resource, migrations)
	}
	return err
}

// Status lists every migration that the program or the database knows. It only
// reads.
func (db *DB) Status(ctx context.Context, resources []web.Resource) ([]Migration, error) {
	var all []Migration
	for _, resource := range resources {
		provider, err := db.provider(resource)
		if err != nil {
			return nil, err
		}
		applied, err := db.applied(ctx, resource)
		if err == nil {
			err = db.checkShadow(ctx, resource)
		}
		if err != nil {
			return nil, err
		}
		for _, source := range provider.ListSources() {
			all = append(all, Migration{resource.Name, source.Version, path.Base(source.Path), applied[source.Version]})
			delete(applied, source.Version)
		}
		for version := range applied {
			all = append(all, Migration{Resource: resource.Name, Version: version, Applied: true})
		}
	}
	return all, nil
}

// applied returns the versions that the resource's version table records.
func (db *DB) applied(ctx context.Context, resource web.Resource) (map[int64]bool, error) {
	exists := "select count(*) > 0 from sqlite_master where name = $1 collate nocase"
	if db.Engine == Postgres {
		exists = "select to_regclass($1) is not null"
	}
	found := false
	if err := db.QueryRowContext(ctx, exists, versionTable(resource)).Scan(&found); err != nil || !found {
		return nil, err
	}
	store, err := goosedb.NewStore(db.dialect(), versionTable(resource))
	if err != nil {
		return nil, err
	}
	records, err := store.ListMigrations(ctx, db)
	applied := map[int64]bool{}
	for _, record := range records {
		if record.Version > 0 && record.IsApplied {
			applied[record.Version] = true
		}
	}
	return applied, err
}

func (db *DB) migrate(ctx context.Context, resources []web.Resource, report func(Step)) error {
	for _, resource := range resources {
		migrations, err := db.Status(ctx, []web.Resource{resource})
		if err == nil {
			err = db.obstacle(ctx, resource, migrations)
		}
		if err != nil {
			return err
		}
		if !anyPending(migrations) {
			continue // goose would make a version table in the first schema
		}
		provider, err := db.provider(resource)
		if err != nil {
			return err
		}
		for err == nil {
			err = step(ctx, resource, provider.UpByOne, report)
		}
		if !errors.Is(err, goose.ErrNoNextVersion) {
			return err
		}
	}
	return db.checkTables(ctx)
}

func step(ctx context.Context, resource web.Resource, next func(context.Context) (*goose.MigrationResult, error), report func(Step)) error {
	result, err := next(ctx)
	if partial, ok := errors.AsType[*goose.PartialError](err); ok {
		return fmt.Errorf("migration %s/%s failed: %w", resource.Name, path.Base(partial.Failed.Source.Path), adviseMissingTable(partial.Err))
	}
	if err != nil {
		return err
	}
	if report != nil {
		report(Step{resource.Name, path.Base(result.Source.Path), result.Direction == "down", result.Duration})
	}
	return nil
}

func (db *DB) provider(resource web.Resource) (*goose.Provider, error) {
	files, err := fs.Sub(resource.Migrations, "migrations/"+string(db.Engine))
	if err != nil {
		return nil, err
	}
	return goose.NewProvider(db.dialect(), db.DB.DB, files, goose.WithTableName(versionTable(resource)),
		goose.WithDisableGlobalRegistry(true), goose.WithLogger(goose.NopLogger()))
}

// versionTable is in lower case, as PostgreSQL makes it: goose looks for it as it is
// written.
func versionTable(resource web.Resource) string {
	return strings.ToLower(resource.Name) + "_migrations"
}

func (db *DB) dialect() goose.Dialect {
	if db.Engine == Postgres {
		return goose.DialectPostgres
	}
	return goose.DialectSQLite3
}

// locked runs f while nobody else migrates this database.
func (db *DB) locked(ctx context.Context, f func() error) error {
	return db.engine.lock(ctx, db, f)
}
