package web

import (
	"context"
	"errors"
	"slices"
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
	// name is the comment in the first line, and head what follows it up to where.
	name, head string
	conditions []string
	arguments  []any
	// filterArguments counts the arguments of the conditions.
	filterArguments int
	page            page
}

// page is the part of a list that is asked for: rows in an order, at most so many, after a cursor.
type page struct {
	order, limit string
	// after is the condition that rows after the cursor satisfy. An order by a column has two such
	// conditions: that of the rows with the same value, which are in the order tieOrder, and that of
	// the others. Not every engine would find the first row in an index by one condition for both.
	after, tie, tieOrder string
}

// NewSelect returns a statement without conditions. head is everything before where; its first line
// is a comment that names the statement.
func NewSelect(head string) *Select {
	name, head, _ := strings.Cut(head, "\n")
	return &Select{name: name + "\n", head: head}
}

// Where adds a condition that rows must satisfy besides the others.
func (s *Select) Where(condition string, arguments ...any) {
	s.conditions = append(s.conditions, s.bind(condition, arguments...))
	s.filterArguments = len(s.arguments)
}

// bind replaces every ? by the placeholder of its argument.
func (s *Select) bind(condition string, arguments ...any) string {
	for _, argument := range arguments {
		s.arguments = append(s.arguments, argument)
		condition = strings.Replace(condition, "?", "$"+strconv.Itoa(len(s.arguments)), 1)
	}
	return condition
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
	limit := "\n\tlimit " + s.page.limit
	others := s.where(s.page.after) + "\n\torder by " + s.page.order + limit
	if s.page.tie == "" {
		return s.name + others, s.arguments
	}
	// The engines read the parts of a union all one after the other until they have enough rows, never
	// in parallel when a part has a limit.
	ties := s.where(s.page.tie) + "\n\torder by " + s.page.tieOrder + limit
	return s.name + "\tselect * from (\n" + ties + "\n\t) as ties union all select * from (\n" + others + "\n\t) as others" + limit, s.arguments
}

// where returns the statement with its conditions, and one more unless that is empty.
func (s *Select) where(condition string) string {
	conditions := s.conditions
	if condition != "" {
		conditions = append(slices.Clone(conditions), condition)
	}
	if len(conditions) == 0 {
		return s.head
	}
	return s.head + "\n\twhere " + strings.Join(conditions, " and ")
}

// countTimeout is how long a count may take. It is short, since the count is an extra.
const countTimeout = time.Second

// count returns how many rows there are on all pages, or false if counting them takes too long.
func (s *Select) count(ctx context.Context, q Querier) (total int64, ok bool, err error) {
	query := strings.TrimSuffix(s.name, "\n") + "_count\n\tselect count(*) from (\n" + s.where("") + "\n\t) as counted"
	within, cancel := context.WithTimeout(ctx, countTimeout)
	defer cancel()
	err = q.QueryRowContext(within, query, s.arguments[:s.filterArguments]...).Scan(&total)
	if err != nil && ctx.Err() == nil && errors.Is(within.Err(), context.DeadlineExceeded) {
		return 0, false, nil
	}
	return total, err == nil, err
}
