package main

import (
	"fmt"
	"slices"
	"strings"

	pg "github.com/pganalyze/pg_query_go/v6"
)

// addColumn returns the problems of a new column of an existing table.
func (l *linter) addColumn(table string, c *pg.ColumnDef) (found []problem) {
	column := table + "." + c.Colname
	add := func(format string) {
		found = append(found, problem{text: strings.ReplaceAll(format, "COLUMN", column)})
	}
	var notNull, defaults bool
	for _, node := range c.Constraints {
		switch k := node.GetConstraint(); k.Contype {
		case pg.ConstrType_CONSTR_NOTNULL:
			notNull = true
		case pg.ConstrType_CONSTR_DEFAULT:
			defaults = !k.RawExpr.GetAConst().GetIsnull()
			if !computedOnce(k.RawExpr) {
				add("the default of COLUMN is not known to be computed once, so PostgreSQL rewrites the table under ACCESS EXCLUSIVE, which blocks every request. " +
					"Instead: add the column without it, set the default in a second statement, and fill the existing rows in batches")
			}
		case pg.ConstrType_CONSTR_FOREIGN:
			l.locked[tableName(k.Pktable)] = true
		case pg.ConstrType_CONSTR_CHECK:
			add("the check of COLUMN reads the whole table under ACCESS EXCLUSIVE. " +
				`Instead: add the column without it, then "add constraint NAME check (…) not valid", and validate it in the next migration`)
		case pg.ConstrType_CONSTR_UNIQUE, pg.ConstrType_CONSTR_PRIMARY:
			add("the key of COLUMN builds an index under ACCESS EXCLUSIVE. " +
				"Instead: add the column without it, and a unique index CONCURRENTLY in the next migration")
		case pg.ConstrType_CONSTR_IDENTITY, pg.ConstrType_CONSTR_GENERATED:
			add("COLUMN is computed for each row, so PostgreSQL rewrites the table under ACCESS EXCLUSIVE, which blocks every request. " +
				"Instead: add a nullable column, let the service write it, and fill the existing rows in batches")
		}
	}
	switch kind := lastName(c.TypeName.GetNames()); {
	case slices.Contains([]string{"serial", "bigserial", "smallserial", "serial2", "serial4", "serial8"}, kind):
		add("COLUMN takes a number for each row, so PostgreSQL rewrites the table under ACCESS EXCLUSIVE, which blocks every request. " +
			"Instead: add a nullable column, set the default in a second statement, and fill the existing rows in batches")
	case l.domains[kind]:
		add(fmt.Sprintf("the values of %s are checked, so PostgreSQL rewrites the table for COLUMN under ACCESS EXCLUSIVE. ", kind) +
			"Instead: use the plain type, and a check constraint that is NOT VALID at first")
	}
	if notNull && !defaults {
		add("NOT NULL without a default: PostgreSQL refuses COLUMN where the table has rows, and running versions insert rows without it. " +
			"Instead: add a constant default, or add the column as nullable, and SET NOT NULL later")
	}
	// A foreign key is checked for each row if the new column is not null in them.
	if defaults && slices.ContainsFunc(c.Constraints, func(n *pg.Node) bool {
		return n.GetConstraint().Contype == pg.ConstrType_CONSTR_FOREIGN
	}) {
		add("the foreign key of COLUMN reads the whole table under a lock that blocks changes, because of the default. " +
			`Instead: add the column, then "add constraint NAME foreign key … not valid", and validate it in the next migration`)
	}
	return found
}

// stable are functions that PostgreSQL computes once for all existing rows.
var stable = []string{"now", "transaction_timestamp", "statement_timestamp", "timezone", "date_trunc"}

// computedOnce reports whether the value of a default is surely the same for all rows.
func computedOnce(node *pg.Node) bool {
	switch e := node.GetNode().(type) {
	case *pg.Node_AConst, *pg.Node_SqlvalueFunction:
		return true
	case *pg.Node_TypeCast:
		return computedOnce(e.TypeCast.Arg)
	case *pg.Node_AArrayExpr:
		return all(e.AArrayExpr.Elements)
	case *pg.Node_AExpr:
		return (e.AExpr.Lexpr == nil || computedOnce(e.AExpr.Lexpr)) && computedOnce(e.AExpr.Rexpr)
	case *pg.Node_FuncCall:
		return slices.Contains(stable, lastName(e.FuncCall.Funcname)) && all(e.FuncCall.Args)
	}
	return false
}

func all(nodes []*pg.Node) bool {
	return !slices.ContainsFunc(nodes, func(n *pg.Node) bool { return !computedOnce(n) })
}
