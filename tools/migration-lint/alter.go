package main

import (
	"fmt"
	"slices"

	pg "github.com/pganalyze/pg_query_go/v6"
)

// brief are the changes of a table that need a lock for a moment only, and take nothing away.
var brief = []pg.AlterTableType{
	pg.AlterTableType_AT_DropNotNull, pg.AlterTableType_AT_DropConstraint,
	pg.AlterTableType_AT_SetStatistics, pg.AlterTableType_AT_SetOptions, pg.AlterTableType_AT_ResetOptions,
	pg.AlterTableType_AT_SetRelOptions, pg.AlterTableType_AT_ResetRelOptions,
}

func (l *linter) alterTable(s *pg.AlterTableStmt) (found []problem) {
	if l.isNew(s.Relation) {
		return nil
	}
	for _, node := range s.Cmds {
		found = append(found, l.alter(tableName(s.Relation), node.GetAlterTableCmd())...)
	}
	return found
}

// alter returns the problems of one change of a table, and remembers its effects.
func (l *linter) alter(table string, c *pg.AlterTableCmd) []problem {
	if c.Subtype == pg.AlterTableType_AT_ValidateConstraint {
		return l.validate(table, c.Name)
	}
	l.locked[table] = true
	column := table + "." + c.Name
	switch c.Subtype {
	case pg.AlterTableType_AT_AddColumn:
		return l.addColumn(table, c.Def.GetColumnDef())
	case pg.AlterTableType_AT_AddConstraint:
		return l.addConstraint(table, c.Def.GetConstraint())
	case pg.AlterTableType_AT_SetNotNull:
		return l.setNotNull(table, c.Name)
	case pg.AlterTableType_AT_DropColumn:
		return []problem{contraction("DROP COLUMN "+column, "uses the column")}
	case pg.AlterTableType_AT_ColumnDefault:
		if c.Def == nil {
			return []problem{contraction("DROP DEFAULT of "+column, "inserts rows without the column")}
		}
		return nil // for new rows only
	case pg.AlterTableType_AT_AlterColumnType:
		return []problem{{text: fmt.Sprintf("TYPE of %s: most changes of a type rewrite the table under ACCESS EXCLUSIVE, which blocks every request, and running versions expect the old type. "+
			"Instead: add a column, write both, copy what is missing in batches, read the new one, and drop the old one in a later release. A longer or unlimited varchar rewrites nothing: accept it", column)}}
	}
	if c.Subtype == pg.AlterTableType_AT_DropConstraint {
		delete(l.checks, table+"."+c.Name)
	}
	if slices.Contains(brief, c.Subtype) {
		return nil
	}
	return unknown(c.Subtype.String()[len("AT_"):] + " of " + table)
}

func (l *linter) validate(table, name string) []problem {
	if known := l.checks[table+"."+name]; known != nil {
		known.valid = true
	}
	if !l.locked[table] || !l.migration.transaction {
		return nil
	}
	return []problem{{text: fmt.Sprintf("VALIDATE CONSTRAINT reads all of %s while the transaction still holds the lock of an earlier statement, which blocks requests. "+
		"Instead: validate in the next migration", table)}}
}

func (l *linter) setNotNull(table, column string) []problem {
	for _, known := range l.checks {
		if known.valid && known.column == column && known.table == table {
			return nil
		}
	}
	return []problem{{text: fmt.Sprintf("SET NOT NULL of %[1]s.%[2]s reads the whole table under ACCESS EXCLUSIVE, which blocks every request. "+
		`Instead: "add constraint NAME check (%[2]s is not null) not valid"; in the next migration "validate constraint NAME", then SET NOT NULL, which needs no scan, then "drop constraint NAME"`, table, column)}}
}

// addConstraint returns the problem of a constraint on an existing table.
func (l *linter) addConstraint(table string, c *pg.Constraint) []problem {
	if c.Pktable != nil {
		l.locked[tableName(c.Pktable)] = true
	}
	switch c.Contype {
	case pg.ConstrType_CONSTR_CHECK, pg.ConstrType_CONSTR_FOREIGN:
		if test := c.RawExpr.GetNullTest(); test.GetNulltesttype() == pg.NullTestType_IS_NOT_NULL {
			l.checks[table+"."+c.Conname] = &check{table: table, column: lastName(test.Arg.GetColumnRef().GetFields()), valid: !c.SkipValidation}
		}
		if c.SkipValidation {
			return nil
		}
		return []problem{{text: fmt.Sprintf("ADD CONSTRAINT without NOT VALID reads all of %s under a lock that blocks requests. "+
			`Instead: "add constraint NAME … not valid", and in the next migration "validate constraint NAME"`, table)}}
	case pg.ConstrType_CONSTR_UNIQUE:
		if c.Indexname != "" {
			return nil
		}
	}
	return []problem{{text: fmt.Sprintf("this constraint builds an index, or reads all of %s, under ACCESS EXCLUSIVE, which blocks every request. "+
		`Instead: "create unique index concurrently NAME …", and in the next migration "add constraint NAME unique using index NAME"; a primary key also needs its columns to be NOT NULL before`, table)}}
}
