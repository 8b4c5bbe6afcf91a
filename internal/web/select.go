package web

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"time"
)

// Select is the select statement of a list. It gets a condition for each filter that the request
// has, so that the engine can plan for exactly these:
//
//	list := web.NewSelect(listSQL) // -- note.list, select … from note
//	if done := in.Done.Pointer(); done != nil {
//		list.Where("done = ?", *done)
//	}
//
// Sorts.Page then adds the order and the page. Every ? in a condition stands for one argument;
// values never become part of the text.
type Select struct {
	head       string
	conditions []string
	tail       string
	arguments  []any
	// filters counts the conditions and arguments that are not about the page.
	filters, filterArguments int
}

// NewSelect returns a statement without conditions. head is everything before where.
func NewSelect(head string) *Select { return &Select{head: head} }

// Where adds a condition that rows must satisfy besides the others.
func (s *Select) Where(condition string, arguments ...any) {
	var text strings.Builder
	parts := strings.Split(condition, "?")
	for i, argument := range arguments {
		s.arguments = append(s.arguments, argument)
		text.WriteString(parts[i] + "$" + strconv.Itoa(len(s.arguments)))
	}
	s.conditions = append(s.conditions, text.String()+parts[len(arguments)])
}

// WhereIn adds the condition that a column has one of the values. Without values it adds nothing.
func WhereIn[T any](s *Select, column string, values []T) {
	if len(values) == 0 {
		return
	}
	arguments := make([]any, len(values))
	for i, value := range values {
		arguments[i] = value
	}
	s.Where(column+" in (?"+strings.Repeat(", ?", len(values)-1)+")", arguments...)
}

// SQL returns the statement and its arguments, for a Querier.
func (s *Select) SQL() (query string, arguments []any) {
	return s.text(s.conditions) + s.tail, s.arguments
}

func (s *Select) text(conditions []string) string {
	if len(conditions) == 0 {
		return s.head
	}
	return s.head + "\n\twhere " + strings.Join(conditions, " and ")
}

// page adds the conditions, the order and the limit of a page.
func (s *Select) page(order string, limit int, condition string, arguments ...any) {
	s.filters, s.filterArguments = len(s.conditions), len(s.arguments)
	if condition != "" {
		s.Where(condition, arguments...)
	}
	s.arguments = append(s.arguments, limit)
	s.tail = "\n\torder by " + order + "\n\tlimit $" + strconv.Itoa(len(s.arguments))
}

// countTimeout is how long a count may take. It is short, since the count is an extra.
const countTimeout = time.Second

// count returns how many rows there are on all pages, or false if counting them takes too long.
func (s *Select) count(ctx context.Context, q Querier) (total int64, ok bool, err error) {
	name, head, _ := strings.Cut(s.head, "\n")
	counted := Select{head: head}
	query := name + "_count\n\tselect count(*) from (" + counted.text(s.conditions[:s.filters]) + ") as counted"
	within, cancel := context.WithTimeout(ctx, countTimeout)
	defer cancel()
	err = q.QueryRowContext(within, query, s.arguments[:s.filterArguments]...).Scan(&total)
	if err != nil && ctx.Err() == nil && errors.Is(within.Err(), context.DeadlineExceeded) {
		return 0, false, nil
	}
	return total, err == nil, err
}
