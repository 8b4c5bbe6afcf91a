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

// PageInput asks for one page of a collection, in the order of the keys. It is
// a keyset: the cost of a page does not grow with what was read before it.
type PageInput struct {
	Limit  int   `query:"limit" minimum:"1" maximum:"1000" default:"100" doc:"How many, at most." example:"100"`
	After  int64 `query:"after" minimum:"0" doc:"Return items after this id (the last id of the previous page)." example:"1"`
	Before int64 `query:"before" minimum:"1" doc:"Return items before this id (the first id of the next page). Cannot be combined with after." example:"3"`
}

// Resolve refuses a page that begins and ends at an id.
func (in *PageInput) Resolve(ctx huma.Context) []error {
	if in.Before > 0 && ctx.Query("after") != "" {
		return []error{&huma.ErrorDetail{Message: "cannot be combined with after", Location: "query.before"}}
	}
	return nil
}

// Page is one page of a collection.
type Page[T any] struct {
	Link string `header:"Link" doc:"The next and the previous page, if any, as rel=\"next\" and rel=\"prev\" (RFC 8288)."`
	Body []T
}

// NewPage returns the page that in asked for. The items are what a query with the
// limit in.Limit+1 found: those after in.After in their order or, when in.Before is
// not 0, those before it, the nearest first. The one too many shows that there are more.
func NewPage[T any](ctx context.Context, in *PageInput, items []T, key func(T) int64) *Page[T] {
	first, last := min(in.After, math.MaxInt64-1)+1, in.Before-1
	return newPage(ctx, in, items, key, first, last)
}

// NewPageDescending is NewPage for a list with the greatest id first: there, those after
// an id have smaller ones.
func NewPageDescending[T any](ctx context.Context, in *PageInput, items []T, key func(T) int64) *Page[T] {
	first, last := in.After-1, min(in.Before, math.MaxInt64-1)+1
	return newPage(ctx, in, items, key, first, last)
}

// newPage returns the page; first and last stand for those ids where it has no items:
// what was before or after the page then begins with the id that was asked for.
func newPage[T any](ctx context.Context, in *PageInput, items []T, key func(T) int64, first, last int64) *Page[T] {
	more := len(items) > in.Limit
	items = items[:min(len(items), in.Limit)]
	prev, next := in.After > 0, more
	if in.Before > 0 {
		slices.Reverse(items)
		prev, next = more, true
	}
	if len(items) > 0 {
		first, last = key(items[0]), key(items[len(items)-1])
	}
	var links []string
	if next {
		links = append(links, in.link(ctx, "next", "after", last))
	}
	if prev && first > 0 { // no parameter stands for what is before the id 0
		links = append(links, in.link(ctx, "prev", "before", first))
	}
	return &Page[T]{Link: strings.Join(links, ", "), Body: items}
}

// link keeps the other parameters that the client has sent.
func (in *PageInput) link(ctx context.Context, rel, name string, key int64) string {
	query, path := url.Values{}, ""
	if target := InfoFrom(ctx).URL; target != nil {
		query, path = target.Query(), target.EscapedPath()
	}
	query.Del("after")
	query.Del("before")
	query.Set("limit", strconv.Itoa(in.Limit))
	query.Set(name, strconv.FormatInt(key, 10))
	return fmt.Sprintf(`<%s?%s>; rel="%s"`, URL(ctx, path), query.Encode(), rel)
}
