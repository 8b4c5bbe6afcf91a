package web

import (
	"context"
	"fmt"
	"math"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"
)

// The query parameters of PageInput.
const (
	limitParameter  = "limit"
	afterParameter  = "after"
	beforeParameter = "before"
)

// PageInput asks for one page of a collection, in the order of the ids. The cursor is an id,
// so that a page deep in the collection costs no more than the first.
type PageInput struct {
	Limit  int   `query:"limit" minimum:"1" maximum:"1000" default:"100" doc:"How many, at most." example:"100"`
	After  int64 `query:"after" minimum:"0" doc:"Return items after this id (the last id of the previous page)." example:"1"`
	Before int64 `query:"before" minimum:"1" doc:"Return items before this id (the first id of the next page). Cannot be combined with after." example:"3"`
}

// Resolve refuses a page with both cursors.
func (in *PageInput) Resolve(ctx huma.Context) []error {
	if in.Before > 0 && ctx.Query(afterParameter) != "" {
		return []error{&huma.ErrorDetail{Message: "cannot be combined with after", Location: "query.before"}}
	}
	return nil
}

// FirstPage removes the cursors from the query of a page, so that it asks for the first page
// of the same list. It reports whether there were any.
func FirstPage(query url.Values) bool {
	changed := query.Has(afterParameter) || query.Has(beforeParameter)
	query.Del(afterParameter)
	query.Del(beforeParameter)
	return changed
}

// Page is one page of a collection.
type Page[T any] struct {
	Link string `header:"Link" doc:"The next and the previous page, if any, as rel=\"next\" and rel=\"prev\" (RFC 8288)."`
	Body []T
}

// NewPage returns the page that in asks for, in ascending order of the ids. The items are
// the result of a query with the limit in.Limit+1; the extra one shows that there are more.
// They come after in.After in ascending order or, if in.Before is not 0, before it in
// descending order. id returns the id of an item. NewPage reorders items.
func NewPage[T any](ctx context.Context, in *PageInput, items []T, id func(T) int64) *Page[T] {
	first, last := min(in.After, math.MaxInt64-1)+1, in.Before-1
	return newPage(ctx, in, items, id, first, last)
}

// NewPageDescending is NewPage for a list in descending order of the ids: the items after an
// id have smaller ids.
func NewPageDescending[T any](ctx context.Context, in *PageInput, items []T, id func(T) int64) *Page[T] {
	first, last := in.After-1, min(in.Before, math.MaxInt64-1)+1
	return newPage(ctx, in, items, id, first, last)
}

// newPage returns the page. If it has no items, first and last are the ids that its links
// begin at: they then lead to where the page would have been.
func newPage[T any](ctx context.Context, in *PageInput, items []T, id func(T) int64, first, last int64) *Page[T] {
	more := len(items) > in.Limit
	items = items[:min(len(items), in.Limit)]
	prev, next := in.After > 0, more
	if in.Before > 0 {
		slices.Reverse(items)
		prev, next = more, true
	}
	if len(items) > 0 {
		first, last = id(items[0]), id(items[len(items)-1])
	}
	var links []string
	if next {
		links = append(links, pageLink(ctx, in.Limit, "next", afterParameter, strconv.FormatInt(last, 10)))
	}
	if prev && first > 0 { // before must be at least 1
		links = append(links, pageLink(ctx, in.Limit, "prev", beforeParameter, strconv.FormatInt(first, 10)))
	}
	return &Page[T]{Link: strings.Join(links, ", "), Body: items}
}

// pageLink is a link to the page at a cursor. It keeps the other parameters that the client sent,
// such as filters.
func pageLink(ctx context.Context, limit int, rel, parameter, cursor string) string {
	query, path := url.Values{}, ""
	if target := InfoFrom(ctx).URL; target != nil {
		query, path = target.Query(), target.EscapedPath()
	}
	FirstPage(query)
	query.Set(limitParameter, strconv.Itoa(limit))
	query.Set(parameter, cursor)
	return fmt.Sprintf(`<%s?%s>; rel="%s"`, URL(ctx, path), query.Encode(), rel)
}
