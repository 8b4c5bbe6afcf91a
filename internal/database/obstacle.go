package database

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"example.com/templatesite/internal/web"
)

// Obstacle returns why the pending migrations cannot be applied, and what to do about
// it. It is nil when nothing is pending, and when app migrate would apply them.
func (db *DB) Obstacle(ctx context.Context, resources []web.Resource) error {
	migrations, err := db.Status(ctx, resources)
	if err != nil {
		return err
	}
	return db.obstacle(ctx, resources, migrations)
}

func (db *DB) obstacle(ctx context.Context, resources []web.Resource, migrations []Migration) error {
	if !slices.ContainsFunc(migrations, func(m Migration) bool { return !m.Applied }) {
		return nil
	}
	timeline, err := NewTimeline(resources, db.Engine)
	if err == nil {
		err = db.engine.checkPlace(ctx, db, resources)
	}
	if err != nil {
		return err
	}
	return db.checkFormer(ctx, timeline)
}

// checkTarget returns why the schema cannot be migrated to a version.
func (db *DB) checkTarget(ctx context.Context, resources []web.Resource, migrations []Migration, version int64) error {
	known := func(m Migration) bool { return m.Name != "" && m.Version == version }
	if version != 0 && !slices.ContainsFunc(migrations, known) {
		return fmt.Errorf("there is no migration %d: `app migrate --status` lists them", version)
	}
	if err := db.engine.checkPlace(ctx, db, resources); err != nil {
		return err
	}
	if slices.ContainsFunc(migrations, func(m Migration) bool { return m.Former != 0 }) {
		return errors.New("the database was migrated by an earlier program: run `app migrate` first")
	}
	return checkKnown(migrations, version)
}

// checkKnown refuses to undo migrations that the program does not have.
func checkKnown(migrations []Migration, version int64) error {
	var unknown []string
	for _, m := range migrations {
		if m.Name == "" && m.Version > version {
			unknown = append(unknown, strconv.FormatInt(m.Version, 10))
		}
	}
	if unknown == nil {
		return nil
	}
	return fmt.Errorf("the database is ahead of this program, by migrations that only a newer program can undo (%s): run `app migrate --to %d --yes` with that program",
		strings.Join(unknown, ", "), version)
}
