package database

import (
	"context"
	"fmt"
	"io/fs"
	"regexp"
	"slices"
	"strconv"
	"strings"

	goosedb "github.com/pressly/goose/v3/database"
)

// Before there was one timeline, each resource had a version table of its own, such as
// note_migrations, whose versions were counted from 1. The first migration of such a
// database records in the timeline what those tables say, once: a migration that was
// version 1 has the line "-- was 00001". The former tables stay, because replicas of the
// former program read them to find out whether they are ready.
//
// When no such database is left, delete this file, those lines and what the compiler then
// reports, and drop the former tables by a migration.

var wasLine = regexp.MustCompile(`(?m)^-- was (\d+)\r?$`)

// formerVersions are what the version tables of the resources record.
type formerVersions struct {
	versions map[int64]int64 // from a version of the timeline to the former one
	unknown  []string        // those that no file names
}

func formerTable(resource string) string { return strings.ToLower(resource) + "_migrations" }

// former returns the former versions that are applied. applied holds the versions of the
// timeline; it is nil if the database has no timeline, and only then are there former ones.
func (db *DB) former(ctx context.Context, timeline Timeline, applied map[int64]bool) (formerVersions, error) {
	found := formerVersions{versions: map[int64]int64{}}
	if applied != nil {
		return found, nil
	}
	tables := map[string]map[int64]bool{}
	for _, file := range timeline {
		records, known := tables[file.resource]
		if !known {
			var err error
			if records, err = db.applied(ctx, formerTable(file.resource)); err != nil {
				return found, err
			}
			tables[file.resource] = records
		}
		if len(records) == 0 {
			continue
		}
		was, err := file.was()
		if err != nil {
			return found, err
		}
		if records[was] {
			found.versions[file.version] = was
			delete(records, was)
		}
	}
	for resource, records := range tables {
		for version := range records {
			found.unknown = append(found.unknown, fmt.Sprintf("%s/%05d", resource, version))
		}
	}
	slices.Sort(found.unknown)
	return found, nil
}

// was returns the former version of a migration, or 0.
func (f timelineFile) was() (int64, error) {
	text, err := fs.ReadFile(f.files, f.path)
	if err != nil {
		return 0, err
	}
	line := wasLine.FindSubmatch(text)
	if line == nil {
		return 0, nil
	}
	return strconv.ParseInt(string(line[1]), 10, 64)
}

// checkFormer refuses to begin the timeline if the database has a former version that no file
// names: the migration would be applied again.
func (db *DB) checkFormer(ctx context.Context, timeline Timeline) error {
	applied, err := db.applied(ctx, versionTable)
	if err != nil {
		return err
	}
	former, err := db.former(ctx, timeline, applied)
	if err == nil && former.unknown != nil {
		err = fmt.Errorf("the database has applied migrations whose files were renamed, and this program does not know to what (%s): add a line such as `-- was 00001` to each of those files, and build again",
			strings.Join(former.unknown, ", "))
	}
	return err
}

// takeOver begins the timeline of a database with the migrations that were applied as
// former versions: all in one transaction, so that a program that is killed leaves the
// database as it was.
func (db *DB) takeOver(ctx context.Context, migrations []Migration, report func(Step)) error {
	taken := slices.DeleteFunc(slices.Clone(migrations), func(m Migration) bool { return m.Former == 0 })
	if len(taken) == 0 {
		return nil
	}
	store, err := goosedb.NewStore(db.engine.dialect(), versionTable)
	if err != nil {
		return err
	}
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }() // it does nothing after Commit
	if err := store.CreateVersionTable(ctx, tx); err != nil {
		return err
	}
	// Version 0 marks the beginning, as goose does when it makes the table.
	for _, m := range append([]Migration{{}}, taken...) {
		if err := store.Insert(ctx, tx, goosedb.InsertRequest{Version: m.Version}); err != nil {
			return err
		}
	}
	if err := tx.Commit(); err != nil {
		return err
	}
	for _, m := range taken {
		if report != nil {
			report(Step{Migration: m})
		}
	}
	return nil
}
