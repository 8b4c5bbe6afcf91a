package database

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/pressly/goose/v3"
	goosedb "github.com/pressly/goose/v3/database"

	"example.com/templatesite/internal/web"
)

// versionTable records which migrations are applied. The usual name, schema_migrations,
// could clash with the table of another tool, which has other columns.
const versionTable = "app_migrations"

// Migration is one version of the schema.
type Migration struct {
	Version int64
	// Name is RESOURCE/FILE. It and Resource are empty for a version that only the
	// database knows.
	Resource, Name string
	Applied        bool
	// Late reports that it is not applied, but a newer one is.
	Late bool
	// Former is its version in the version table of its resource, when it is applied
	// there and not yet recorded in the timeline (see former_tables.go), else 0.
	Former int64
}

// Step is one migration that has run. One that has a Former version was only recorded, since
// it had been applied before; one that was Applied has been undone.
type Step struct {
	Migration
	Duration time.Duration
}

// Migrate applies what is pending, one transaction each, and calls report, unless it is
// nil, after each step. When several programs migrate at once, one applies a migration and
// the others wait.
func (db *DB) Migrate(ctx context.Context, resources []web.Resource, report func(Step)) error {
	return db.locked(ctx, func() error { return db.migrate(ctx, resources, report) })
}

// MigrateTo undoes all migrations after a version, the newest first, and applies the
// pending ones up to it.
func (db *DB) MigrateTo(ctx context.Context, resources []web.Resource, version int64, report func(Step)) error {
	return db.locked(ctx, func() error {
		steps, err := db.Plan(ctx, resources, version)
		if err != nil {
			return err
		}
		return db.run(ctx, resources, steps, report)
	})
}

// Plan returns the migrations that MigrateTo would run, in that order: it would undo those
// that are applied. It returns an error when MigrateTo would refuse. It only reads.
func (db *DB) Plan(ctx context.Context, resources []web.Resource, version int64) ([]Migration, error) {
	migrations, err := db.Status(ctx, resources)
	if err == nil {
		err = db.checkTarget(ctx, resources, migrations, version)
	}
	if err != nil {
		return nil, err
	}
	return plan(migrations, version), nil
}

// Status lists every migration that the program or the database knows, in chronological
// order. It only reads.
func (db *DB) Status(ctx context.Context, resources []web.Resource) ([]Migration, error) {
	timeline, err := NewTimeline(resources, db.Engine)
	if err != nil {
		return nil, err
	}
	applied, err := db.applied(ctx, versionTable)
	if err == nil {
		err = db.engine.checkHidden(ctx, db, resources)
	}
	if err != nil {
		return nil, err
	}
	former, err := db.former(ctx, timeline, applied)
	if err != nil {
		return nil, err
	}
	var all []Migration
	for _, file := range timeline {
		all = append(all, Migration{file.version, file.resource, file.name, applied[file.version], false, former.versions[file.version]})
		delete(applied, file.version)
	}
	for version := range applied {
		all = append(all, Migration{Version: version, Applied: true})
	}
	slices.SortFunc(all, func(a, b Migration) int { return cmp.Compare(a.Version, b.Version) })
	markLate(all, math.MaxInt64)
	return all, nil
}

// markLate sets Late as if no migration after version were applied.
func markLate(migrations []Migration, version int64) {
	newer := false
	for i, m := range slices.Backward(migrations) {
		newer = newer || m.Applied && m.Version <= version
		migrations[i].Late = !m.Applied && newer
	}
}

// plan returns the migrations to run from where the schema is to a version.
func plan(migrations []Migration, version int64) (steps []Migration) {
	markLate(migrations, version)
	for _, m := range slices.Backward(migrations) {
		if m.Applied && m.Version > version {
			steps = append(steps, m)
		}
	}
	for _, m := range migrations {
		if !m.Applied && m.Former == 0 && m.Version <= version {
			steps = append(steps, m)
		}
	}
	return steps
}

// applied returns the versions that a version table records, or nil when there is no
// such table.
func (db *DB) applied(ctx context.Context, table string) (map[int64]bool, error) {
	exists, err := db.tableExists(ctx, table)
	if err != nil || !exists {
		return nil, err
	}
	store, err := goosedb.NewStore(db.engine.dialect(), table)
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

// migrate is Migrate under the lock.
func (db *DB) migrate(ctx context.Context, resources []web.Resource, report func(Step)) error {
	migrations, err := db.Status(ctx, resources)
	if err == nil {
		err = db.obstacle(ctx, resources, migrations)
	}
	if err == nil {
		err = db.takeOver(ctx, migrations, report)
	}
	if err != nil {
		return err
	}
	return db.run(ctx, resources, plan(migrations, math.MaxInt64), report)
}

// run applies or undoes the migrations in the order of the steps.
func (db *DB) run(ctx context.Context, resources []web.Resource, steps []Migration, report func(Step)) error {
	if len(steps) == 0 {
		return db.engine.checkTables(ctx, db)
	}
	provider, err := db.provider(resources)
	if err != nil {
		return err
	}
	for _, m := range steps {
		result, err := provider.ApplyVersion(ctx, m.Version, !m.Applied)
		if partial, ok := errors.AsType[*goose.PartialError](err); ok {
			err = fmt.Errorf("migration %s failed: %w", m.Name, partial.Err)
			if db.engine.missingTable(partial.Err) {
				err = fmt.Errorf("%w: %s", err, missingTableAdvice)
			}
		}
		if err != nil {
			return err
		}
		if report != nil {
			report(Step{m, result.Duration})
		}
		if err := db.engine.checkTables(ctx, db); err != nil {
			return fmt.Errorf("after the migration %s %w", m.Name, err)
		}
	}
	return nil
}

func (db *DB) provider(resources []web.Resource) (*goose.Provider, error) {
	timeline, err := NewTimeline(resources, db.Engine)
	if err != nil {
		return nil, err
	}
	return goose.NewProvider(db.engine.dialect(), db.DB.DB, timeline, goose.WithTableName(versionTable),
		goose.WithDisableGlobalRegistry(true), goose.WithLogger(goose.NopLogger()))
}

// tableExists reports whether queries find a table of that name.
func (db *DB) tableExists(ctx context.Context, name string) (exists bool, err error) {
	err = db.QueryRowContext(ctx, db.engine.tableSQL(), name).Scan(&exists)
	return exists, err
}

// locked runs f while no other program migrates this database.
func (db *DB) locked(ctx context.Context, f func() error) error {
	return db.engine.lock(ctx, db, f)
}
