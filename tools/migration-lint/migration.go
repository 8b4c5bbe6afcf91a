package main

import (
	"errors"
	"regexp"
	"strings"

	pg "github.com/pganalyze/pg_query_go/v6"
	"github.com/pganalyze/pg_query_go/v6/parser"
)

// migration is one file: its statements, and what its comments say to goose and to this linter.
type migration struct {
	file        string
	statements  []*statement
	transaction bool
	contracts   *note
	findings    []finding
}

type statement struct {
	node      *pg.Node
	line, end int // the first and the last line
	accepted  *note
}

// note is a comment to this linter. Each must be needed, so that none outlives its statement.
type note struct {
	line int
	used bool
}

var (
	gooseUp       = regexp.MustCompile(`(?im)^\s*--\s*\+goose\s+up\b`)
	gooseDown     = regexp.MustCompile(`(?im)^\s*--\s*\+goose\s+down\b`)
	noTransaction = regexp.MustCompile(`(?im)^\s*--\s*\+goose\s+no\s+transaction\b`)
	noteLine      = regexp.MustCompile(`^\s*-- migration-lint: (accepted|contracts), because .*\pL`)
)

func (m *migration) find(line int, text string) {
	m.findings = append(m.findings, finding{m.file, line, text})
}

// parse reads the part of a migration that goose applies.
func parse(file, text string) *migration {
	m := &migration{file: file, transaction: !noTransaction.MatchString(text)}
	if !gooseUp.MatchString(text) {
		m.find(1, `there is no line "-- +goose Up", without which goose refuses the file`)
		return m
	}
	if down := gooseDown.FindStringIndex(text); down != nil {
		text = text[:down[0]]
	}
	tree, err := pg.Parse(text)
	if err != nil {
		m.find(lineOf(text, err), "PostgreSQL cannot read it: "+err.Error())
		return m
	}
	tokens, err := pg.Scan(text)
	if err != nil {
		m.find(1, "PostgreSQL cannot read it: "+err.Error())
		return m
	}
	for _, s := range tree.Stmts {
		start, end := int(s.StmtLocation), int(s.StmtLocation+s.StmtLen)
		if s.StmtLen == 0 { // the last one, without a semicolon
			end = len(text)
		}
		m.statements = append(m.statements, &statement{node: s.Stmt, line: lineAt(text, firstWord(tokens, start)), end: lineAt(text, end)})
	}
	m.readNotes(text)
	return m
}

// firstWord returns the offset of the first token after start that is no comment.
func firstWord(tokens *pg.ScanResult, start int) int {
	for _, t := range tokens.Tokens {
		if int(t.Start) >= start && t.Token != pg.Token_SQL_COMMENT && t.Token != pg.Token_C_COMMENT {
			return int(t.Start)
		}
	}
	return start
}

func lineAt(text string, offset int) int { return 1 + strings.Count(text[:offset], "\n") }

// lineOf returns the line of an error of the parser, which counts characters.
func lineOf(text string, err error) int {
	var e *parser.Error
	if characters := []rune(text); errors.As(err, &e) && e.Cursorpos > 0 && e.Cursorpos <= len(characters) {
		return 1 + strings.Count(string(characters[:e.Cursorpos-1]), "\n")
	}
	return 1
}

// readNotes gives each comment that accepts something to the statement below or around it.
func (m *migration) readNotes(text string) {
	for i, line := range strings.Split(text, "\n") {
		if !strings.Contains(line, "migration-lint:") {
			continue
		}
		found := noteLine.FindStringSubmatch(line)
		switch n := (&note{line: i + 1}); {
		case found == nil:
			m.find(n.line, `the comment must be a line of its own, with a reason: "-- migration-lint: accepted, because REASON", or "contracts" instead of "accepted"`)
		case found[1] == "contracts":
			m.contracts = n
		default:
			m.accept(n)
		}
	}
}

func (m *migration) accept(n *note) {
	for _, s := range m.statements {
		if s.end >= n.line {
			s.accepted = n
			return
		}
	}
	m.find(n.line, "no statement follows that this accepts: remove the comment")
}
