package web

import (
	"context"
	"database/sql/driver"
	"encoding/base64"
	"errors"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// SortedInput asks for one page of a collection in an order that the client chooses. The cursors
// hold the place of an item in that order, so that a page deep in the collection costs no more than
// the first, and a page begins at the same place if rows were changed or deleted in between.
//
// An input embeds it, and has the orders as a parameter:
//
//	Sort string `query:"sort" enum:"id,-id,due,-due" default:"id" doc:"The order; - means descending."`
type SortedInput struct {
	Limit  int    `query:"limit" minimum:"1" maximum:"1000" default:"100" doc:"How many, at most." example:"100"`
	After  string `query:"after" maxLength:"4000" doc:"Return the items after this cursor. Links to other pages have it." example:"WyJpZCIsbnVsbCwxXQ"`
	Before string `query:"before" maxLength:"4000" doc:"Return the items before this cursor. Cannot be combined with after." example:"WyJpZCIsbnVsbCwxXQ"`
	Prefer string `header:"Prefer" doc:"count=exact asks for the number of items on all pages (RFC 7240)." example:"count=exact"`
}

// exampleCursor is the place after the row with the id 1, in the order of the ids.
const exampleCursor = "WyJpZCIsbnVsbCwxXQ"

// SortedPage is one page of a collection in an order that the client chose.
type SortedPage[T any] struct {
	Link       string `header:"Link" doc:"The next and the previous page, if any, as rel=\"next\" and rel=\"prev\" (RFC 8288)."`
	TotalCount string `header:"Total-Count" doc:"The number of items on all pages, if the request prefers count=exact and they can be counted within a second."`
	Applied    string `header:"Preference-Applied" doc:"count=exact, if Total-Count is there (RFC 7240)."`
	Body       []T
}

// Sort is an order of a list. The table needs an index on what By returns, and then the id.
type Sort[T any] struct {
	// Column is the column.
	Column string
	// Null is a literal of SQL, in whose place rows without a value are sorted. It is empty if
	// every row has one.
	Null string
	// Value is where a row has the value: the same as for its Scan, a Column or a pointer.
	Value func(*T) any
}

// By is the expression that rows are sorted by.
func (s Sort[T]) By() string {
	if s.Null == "" {
		return s.Column
	}
	return "coalesce(" + s.Column + ", " + s.Null + ")"
}

// Sorts are the orders of a list, by the name that a client knows them by. Ties are in the order of
// the ids. Every list can also be sorted by id, which needs no entry.
type Sorts[T any] map[string]Sort[T]

// place is where a page begins or ends: at the row with this value and id. Its row has only the
// value.
type place[T any] struct {
	row T
	id  int64
}

// cursor is the text of a place: a client sees it as opaque. It names the order, since a place in
// one order means nothing in another.
func (s Sorts[T]) cursor(sort string, at place[T]) string {
	parts := []any{sort, nil, at.id}
	if by, ok := s[strings.TrimPrefix(sort, "-")]; ok {
		parts[1] = plain(by.Value(&at.row))
	}
	text, err := json.Marshal(parts)
	if err != nil {
		panic(err) // the row was read from the database, or from a cursor
	}
	return base64.RawURLEncoding.EncodeToString(text)
}

var errCursor = errors.New("is not a cursor of this list in this order: take it from a link to another page")

// place reads a cursor. A client may send anything.
func (s Sorts[T]) place(sort, cursor string) (at place[T], err error) {
	text, err := base64.RawURLEncoding.Strict().DecodeString(cursor)
	var parts []jsontext.Value
	if err != nil || checkJSON(text) != nil || json.Unmarshal(text, &parts) != nil || len(parts) != 3 || string(parts[0]) != strconv.Quote(sort) {
		return at, errCursor
	}
	if json.Unmarshal(parts[2], &at.id) != nil {
		return at, errCursor
	}
	by, ok := s[strings.TrimPrefix(sort, "-")]
	if !ok {
		return at, nil
	}
	value := by.Value(&at.row)
	if parts[1].Kind() == 'n' && by.Null == "" || json.Unmarshal(parts[1], plain(value)) != nil {
		return at, errCursor
	}
	// What the engine returns for a column passes its Scan, so what does not is no cursor.
	if column, ok := value.(Column); ok {
		stored, err := column.Value()
		if err != nil || column.Scan(stored) != nil {
			return at, errCursor
		}
	}
	return at, nil
}

// plain returns the pointer to the Go value behind a Column.
func plain(value any) any {
	if column, ok := value.(interface{ plain() any }); ok {
		return column.plain()
	}
	return value
}

// Page adds the order and the limits of the page to a list. It returns a *Problem for a cursor that
// is not one of this list. The rows are for NewPage: one more than the limit, and in descending
// order if the page is before a cursor.
func (s Sorts[T]) Page(list *Select, sort string, in *SortedInput) error {
	location, cursor := "query.after", in.After
	if in.Before != "" {
		location, cursor = "query.before", in.Before
	}
	if in.After != "" && in.Before != "" {
		return invalid(FieldError{Message: "cannot be combined with after", Location: location})
	}
	name, descending := strings.CutPrefix(sort, "-")
	direction, compare := "", " > "
	if descending != (in.Before != "") {
		direction, compare = " desc", " < "
	}
	by, sorted := s[name]
	list.page = page{order: "id" + direction, tieOrder: "id" + direction, limit: list.bind("?", in.Limit+1)}
	if sorted {
		list.page.order = by.By() + direction + ", id" + direction
	}
	if cursor == "" {
		return nil
	}
	at, err := s.place(sort, cursor)
	if err != nil {
		return invalid(FieldError{Message: err.Error(), Location: location})
	}
	id := list.bind("id"+compare+"?", at.id)
	if !sorted {
		list.page.after = id
		return nil
	}
	value, err := driver.DefaultParameterConverter.ConvertValue(by.Value(&at.row))
	if err != nil {
		return err
	}
	literal := by.Null
	if value != nil {
		literal = list.bind("?", value)
	}
	list.page.tie, list.page.after = by.By()+" = "+literal+" and "+id, by.By()+compare+literal
	return nil
}

var prefersCount = regexp.MustCompile(`(?i)(^|[,;]\s*)count\s*=\s*"?exact"?\s*($|[,;])`)

// NewPage returns the page that in asks for. The items are the result of the list after Page; id
// returns the id of an item. It counts the items on all pages with q if the client prefers that.
// NewPage reorders items.
func (s Sorts[T]) NewPage(ctx context.Context, q Querier, list *Select, sort string, in *SortedInput, items []T, id func(T) int64) (*SortedPage[T], error) {
	more := len(items) > in.Limit
	items = items[:min(len(items), in.Limit)]
	prev, next := in.After != "", more
	if in.Before != "" {
		slices.Reverse(items)
		prev, next = more, true
	}
	page := &SortedPage[T]{Body: items}
	first, last := s.ends(sort, in, items, id)
	var links []string
	if next {
		links = append(links, pageLink(ctx, in.Limit, "next", afterParameter, s.cursor(sort, last)))
	}
	if prev {
		links = append(links, pageLink(ctx, in.Limit, "prev", beforeParameter, s.cursor(sort, first)))
	}
	page.Link = strings.Join(links, ", ")
	if !prefersCount.MatchString(in.Prefer) {
		return page, nil
	}
	total, ok, err := list.count(ctx, q)
	if ok {
		page.TotalCount, page.Applied = strconv.FormatInt(total, 10), "count=exact"
	}
	return page, err
}

// ends are the places of the first and the last item of a page. If it has no items, they are just
// beyond the cursor, so that its links lead to where the page would have been.
func (s Sorts[T]) ends(sort string, in *SortedInput, items []T, id func(T) int64) (first, last place[T]) {
	if n := len(items); n > 0 {
		return place[T]{items[0], id(items[0])}, place[T]{items[n-1], id(items[n-1])}
	}
	cursor, step := in.After, int64(1)
	if in.Before != "" {
		cursor, step = in.Before, -1
	}
	if strings.HasPrefix(sort, "-") {
		step = -step
	}
	at, err := s.place(sort, cursor)
	if err == nil && at.id != 1<<63-1 && at.id != -1<<63 {
		at.id += step
	}
	return at, at
}
