package web

import (
	"context"
	"fmt"
	"net/url"
	"strconv"

	"github.com/danielgtaylor/huma/v2"
)

// PageInput asks for one page of a collection, in the order of the keys. It is
// a keyset: the cost of a page does not grow with what was read before it.
type PageInput struct {
	Limit int   `query:"limit" minimum:"1" maximum:"1000" default:"100" doc:"How many, at most." example:"100"`
	After int64 `query:"after" minimum:"0" doc:"Only those with a greater id: the last one of the page before." example:"1"`
}

// Resolve refuses a parameter that is there twice: whoever stands between us and
// the client may have looked at the other one.
func (in *PageInput) Resolve(ctx huma.Context) []error {
	target := ctx.URL()
	if target.RawQuery == "" {
		return nil
	}
	var errs []error
	query := target.Query()
	for _, name := range []string{"limit", "after"} {
		if len(query[name]) > 1 {
			errs = append(errs, &huma.ErrorDetail{Message: "must be there once", Location: "query." + name})
		}
	}
	return errs
}

// Page is one page of a collection.
type Page[T any] struct {
	Link string `header:"Link" doc:"The next page, when there is one, as rel=\"next\" (RFC 8288)." example:"<http://localhost:8000/tweet/?after=2&limit=2>; rel=\"next\""`
	Body []T
}

// NewPage returns the page that in asked for. The items are what a query with
// the limit in.Limit+1 found: the one too many shows that there is a next page.
func NewPage[T any](ctx context.Context, in *PageInput, items []T, key func(T) int64) *Page[T] {
	if len(items) <= in.Limit {
		return &Page[T]{Body: items}
	}
	items = items[:in.Limit]
	query := url.Values{}
	target := InfoFrom(ctx).URL
	if target != nil {
		query = target.Query()
	} else {
		target = &url.URL{}
	}
	query.Set("limit", strconv.Itoa(in.Limit))
	query.Set("after", strconv.FormatInt(key(items[in.Limit-1]), 10))
	next := URL(ctx, target.EscapedPath()) + "?" + query.Encode()
	return &Page[T]{Link: fmt.Sprintf(`<%s>; rel="next"`, next), Body: items}
}
