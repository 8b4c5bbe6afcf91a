package main

import (
	"strings"

	pg "github.com/pganalyze/pg_query_go/v6"
)

// problem is why a statement must not run while the service does.
type problem struct {
	text string
	// contracts means that it takes away what a running version may use, and is harmless when
	// none does. A file that says so may do it.
	contracts bool
}

// linter knows what earlier statements say about the tables of later ones.
type linter struct {
	migration *migration
	// created and locked are the tables that the current migration creates, and those on which
	// its transaction holds a lock that other sessions wait for.
	created, locked map[string]bool
	// checks are the constraints of the form "check (column is not null)" by table and name.
	checks map[string]*check
	// domains are the types whose values are checked.
	domains map[string]bool
}

type check struct {
	table, column string
	valid         bool
}

func newLinter() *linter {
	return &linter{checks: map[string]*check{}, domains: map[string]bool{}}
}

// check returns what is wrong with one migration. The earlier ones must have been checked before.
func (l *linter) check(file, text string) []finding {
	m := parse(file, text)
	l.migration, l.created, l.locked = m, map[string]bool{}, map[string]bool{}
	for _, s := range m.statements {
		for _, p := range l.problems(s.node) {
			switch {
			case s.accepted != nil:
				s.accepted.used = true
			case p.contracts && m.contracts != nil:
				m.contracts.used = true
			default:
				m.find(s.line, p.text)
			}
		}
		if s.accepted != nil && !s.accepted.used {
			m.find(s.accepted.line, "the statement is safe: remove the comment")
		}
	}
	if m.contracts != nil && !m.contracts.used {
		m.find(m.contracts.line, "the migration does not contract: remove the comment")
	}
	return m.findings
}

// problems returns why a statement is not safe, and remembers what it changes. What is not known
// to be safe is not.
func (l *linter) problems(node *pg.Node) []problem {
	switch s := node.Node.(type) {
	case *pg.Node_AlterTableStmt:
		return l.alterTable(s.AlterTableStmt)
	case *pg.Node_CreateStmt:
		return l.createTable(s.CreateStmt)
	case *pg.Node_CreateDomainStmt:
		l.domains[lastName(s.CreateDomainStmt.Domainname)] = len(s.CreateDomainStmt.Constraints) > 0
		return nil
	case *pg.Node_IndexStmt:
		return l.createIndex(s.IndexStmt)
	case *pg.Node_DropStmt:
		return l.drop(s.DropStmt)
	case *pg.Node_RenameStmt:
		return l.rename(s.RenameStmt)
	case *pg.Node_AlterEnumStmt:
		return renameValue(s.AlterEnumStmt)
	case *pg.Node_UpdateStmt:
		return l.changeRows("UPDATE", s.UpdateStmt.Relation)
	case *pg.Node_DeleteStmt:
		return l.changeRows("DELETE", s.DeleteStmt.Relation)
	case *pg.Node_DoStmt:
		return []problem{{text: "DO hides its statements from this linter. Check them by docs/migrations.md, and accept it with the reason why they are safe"}}
	case *pg.Node_InsertStmt, *pg.Node_SelectStmt, *pg.Node_VariableSetStmt, *pg.Node_CommentStmt, *pg.Node_GrantStmt,
		*pg.Node_CreateSchemaStmt, *pg.Node_CreateExtensionStmt, *pg.Node_CreateEnumStmt, *pg.Node_CompositeTypeStmt,
		*pg.Node_CreateSeqStmt, *pg.Node_AlterSeqStmt, *pg.Node_CreateFunctionStmt, *pg.Node_CreateTrigStmt,
		*pg.Node_ViewStmt, *pg.Node_CreateStatsStmt:
		return nil // brief locks, and nothing that a running version uses goes away
	}
	return unknown(strings.TrimPrefix(strings.TrimSuffix(kind(node), "_stmt"), "create_"))
}

// kind returns the parser's name for a statement, as in "truncate_stmt".
func kind(node *pg.Node) string {
	message := node.ProtoReflect()
	return string(message.WhichOneof(message.Descriptor().Oneofs().Get(0)).Name())
}

func unknown(what string) []problem {
	return []problem{{text: what + " is not known to be safe. Look up in PostgreSQL's documentation what it locks, rewrites and removes; accept it if that harms no running version"}}
}

// tableName returns the name of a table as the statements write it.
func tableName(r *pg.RangeVar) string {
	if r.GetSchemaname() != "" {
		return r.Schemaname + "." + r.Relname
	}
	return r.GetRelname()
}

func (l *linter) isNew(r *pg.RangeVar) bool { return l.created[tableName(r)] }

// lastName returns the last part of a name that may have a schema.
func lastName(parts []*pg.Node) string {
	if len(parts) == 0 {
		return ""
	}
	return parts[len(parts)-1].GetString_().GetSval()
}

// fullName returns such a name with its schema, as tableName does.
func fullName(parts []*pg.Node) string {
	var names []string
	for _, part := range parts {
		names = append(names, part.GetString_().GetSval())
	}
	return strings.Join(names, ".")
}
