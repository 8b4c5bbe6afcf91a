package main

import (
	"fmt"

	pg "github.com/pganalyze/pg_query_go/v6"
)

func (l *linter) createTable(s *pg.CreateStmt) []problem {
	// "if not exists" may meet a table with rows.
	if !s.IfNotExists {
		l.created[tableName(s.Relation)] = true
	}
	for _, parent := range s.InhRelations {
		if s.Partbound != nil && !l.isNew(parent.GetRangeVar()) {
			return unknown("a partition of an existing table")
		}
	}
	return nil
}

func (l *linter) createIndex(s *pg.IndexStmt) []problem {
	table := tableName(s.Relation)
	switch {
	case l.isNew(s.Relation):
		return nil
	case !s.Concurrent:
		return []problem{{text: fmt.Sprintf("CREATE INDEX without CONCURRENTLY blocks every change of %s until the index is built. "+
			`Instead: "-- +goose NO TRANSACTION", "drop index concurrently if exists NAME", "create index concurrently NAME on %s …"`, table, table)}}
	case l.migration.transaction:
		return []problem{{text: `PostgreSQL refuses CREATE INDEX CONCURRENTLY in a transaction. Add "-- +goose NO TRANSACTION" to the file`}}
	case s.IfNotExists:
		return []problem{{text: "CREATE INDEX CONCURRENTLY IF NOT EXISTS takes the invalid index that an interrupted run left for a complete one. " +
			`Instead: "drop index concurrently if exists NAME" before it, and no IF NOT EXISTS`}}
	}
	return nil
}

func (l *linter) drop(s *pg.DropStmt) []problem {
	switch s.RemoveType {
	case pg.ObjectType_OBJECT_INDEX:
		if s.Concurrent && !l.migration.transaction {
			return nil
		}
		return []problem{{text: "DROP INDEX locks the table of the index (ACCESS EXCLUSIVE) until the transaction ends. " +
			`Instead: "-- +goose NO TRANSACTION", and "drop index concurrently"`}}
	case pg.ObjectType_OBJECT_TABLE:
		for _, object := range s.Objects {
			if name := fullName(object.GetList().GetItems()); !l.created[name] {
				return []problem{contraction("DROP TABLE "+name, "uses the table")}
			}
		}
		return nil
	}
	return []problem{contraction("DROP", "uses what is dropped")}
}

// contraction is the problem of a statement that takes something away from versions that use it.
func contraction(what, use string) problem {
	return problem{contracts: true, text: fmt.Sprintf("%s breaks each running version that %s. "+
		`Instead: release a version that does not; in a later release, drop it in a migration with the line "-- migration-lint: contracts, because no running version %s"`, what, use, use)}
}

func (l *linter) rename(s *pg.RenameStmt) []problem {
	if s.RenameType == pg.ObjectType_OBJECT_INDEX || s.Relation != nil && l.isNew(s.Relation) {
		return nil
	}
	from := s.Subname
	if from == "" {
		from = tableName(s.Relation)
	}
	return []problem{{text: fmt.Sprintf("RENAME breaks each running version that says %q, and the next one before the migration. "+
		"Instead: add %q, write both, copy what is missing in batches, read the new one, and drop the old one in a later release", from, s.Newname)}}
}

func renameValue(s *pg.AlterEnumStmt) []problem {
	if s.OldVal == "" {
		return nil // ADD VALUE
	}
	return []problem{{text: fmt.Sprintf("RENAME VALUE breaks each running version that says %q. "+
		"Instead: add the new value, write it, and change the rows in batches", s.OldVal)}}
}

func (l *linter) changeRows(what string, table *pg.RangeVar) []problem {
	if l.isNew(table) {
		return nil
	}
	return []problem{{text: fmt.Sprintf("%s of %s in one statement keeps each row locked until the last is done; changes of these rows wait or time out. "+
		"Instead: change a few rows at a time, and commit each time (the backfill in docs/migrations.md)", what, tableName(table))}}
}
