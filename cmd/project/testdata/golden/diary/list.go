package diary

import (
	"context"

	"example.com/templatesite/internal/web"
)

// ListInput is what the list can be asked for: which diaries, in which order, and which page.
type ListInput struct {
	Sort string `query:"sort" enum:"id,-id" default:"id" doc:"The order. A minus means descending; null comes before every value." example:"-id"`
	web.SortedInput
}

// sorts are the orders besides that of the ids. Each has an index in the migrations, which begins with
// the owner.
var sorts = web.Sorts[Diary]{}

const findSQL = `-- diary.find
	select ` + columns + `
	from diary`

// Statement returns the statement of the page. The error is a *web.Problem.
func (in *ListInput) Statement(owner web.Owner) (*web.Select, error) {
	find := web.NewSelect(findSQL)
	if !owner.Everyone {
		find.Where("owner = ?", owner.Name)
	}
	return find, sorts.Page(find, in.Sort, &in.SortedInput)
}

func (h handlers) list(ctx context.Context, in *ListInput) (*web.SortedPage[Diary], error) {
	find, err := in.Statement(web.OwnerFrom(ctx))
	if err != nil {
		return nil, err
	}
	query, arguments := find.SQL()
	diaries, err := h.store.list(ctx, query, in.Limit+1, arguments...)
	if err != nil {
		return nil, err
	}
	for i, d := range diaries {
		diaries[i] = d.linked(ctx)
	}
	return sorts.NewPage(ctx, h.store.Read, find, in.Sort, &in.SortedInput, diaries, func(d Diary) int64 { return d.ID })
}
