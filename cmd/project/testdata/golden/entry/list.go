package entry

import (
	"context"
	"time"

	"example.com/templatesite/internal/web"
)

// ListInput is what the list can be asked for: which entries, in which order, and which page.
type ListInput struct {
	Diary      []int64                 `query:"diary" ref:"diary" maxItems:"20" doc:"Only those with this diary, or with one of these." example:"[1]"`
	Earlier    []int64                 `query:"earlier" ref:"diary" maxItems:"20" doc:"Only those with this earlier, or with one of these." example:"[1]"`
	Shelf      []int64                 `query:"shelf" ref:"shelf" maxItems:"20" doc:"Only those with this shelf, or with one of these." example:"[1]"`
	Number     []int64                 `query:"number" maxItems:"20" doc:"Only those with this number, or with one of these." example:"[3]"`
	NumberMin  web.Optional[int64]     `query:"number_min" minimum:"1" maximum:"99999" doc:"Only those whose number is this or more." example:"3"`
	NumberMax  web.Optional[int64]     `query:"number_max" minimum:"1" maximum:"99999" doc:"Only those whose number is this or less." example:"3"`
	Day        web.Optional[string]    `query:"day" format:"date" pattern:"^0*[1-9]" patternDescription:"a year from 1 to 9999" doc:"Only those with this day." example:"2017-07-30"`
	DayMin     web.Optional[string]    `query:"day_min" format:"date" pattern:"^0*[1-9]" patternDescription:"a year from 1 to 9999" doc:"Only those whose day is this or later." example:"2017-07-30"`
	DayMax     web.Optional[string]    `query:"day_max" format:"date" pattern:"^0*[1-9]" patternDescription:"a year from 1 to 9999" doc:"Only those whose day is this or earlier." example:"2017-07-30"`
	Mood       []string                `query:"mood" enum:"good,bad" maxItems:"20" doc:"Only those with this mood, or with one of these." example:"bad"`
	WrittenMin web.Optional[time.Time] `query:"written_min" doc:"Only those whose written is this or later." example:"2017-07-30T15:22:42Z"`
	WrittenMax web.Optional[time.Time] `query:"written_max" doc:"Only those whose written is this or earlier." example:"2017-07-30T15:22:42Z"`
	Sort       string                  `query:"sort" enum:"id,-id,diary,-diary,earlier,-earlier,number,-number,day,-day,mood,-mood,written,-written,text,-text" default:"id" doc:"The order. A minus means descending; null comes before every value." example:"-text"`
	web.SortedInput
}

// sorts are the orders besides that of the ids. Each has an index in the migrations, which begins with
// the owner.
var sorts = web.Sorts[Entry]{
	"diary":   {Column: "diary", Value: func(e *Entry) any { return &e.Diary }},
	"earlier": {Column: "earlier", Null: "0", Value: func(e *Entry) any { return &e.Earlier }},
	"number":  {Column: "number", Value: func(e *Entry) any { return &e.Number }},
	"day":     {Column: "day", Value: func(e *Entry) any { return web.Date(&e.Day) }},
	"mood":    {Column: "mood", Value: func(e *Entry) any { return &e.Mood }},
	"written": {Column: "written", Value: func(e *Entry) any { return web.Timestamp(&e.Written) }},
	"text":    {Column: "text", Value: func(e *Entry) any { return &e.Text }},
}

const findSQL = `-- entry.find
	select ` + columns + `
	from entry`

// Statement returns the statement of the page. The error is a *web.Problem.
func (in *ListInput) Statement(owner web.Owner) (*web.Select, error) {
	find := web.NewSelect(findSQL)
	if !owner.Everyone {
		find.Where("owner = ?", owner.Name)
	}
	web.WhereIn(find, "diary", in.Diary)
	web.WhereIn(find, "earlier", in.Earlier)
	web.WhereIn(find, "shelf", in.Shelf)
	web.WhereIn(find, "number", in.Number)
	if value := in.NumberMin.Pointer(); value != nil {
		find.Where("number >= ?", *value)
	}
	if value := in.NumberMax.Pointer(); value != nil {
		find.Where("number <= ?", *value)
	}
	if value := in.Day.Pointer(); value != nil {
		find.Where("day = ?", web.Date(value))
	}
	if value := in.DayMin.Pointer(); value != nil {
		find.Where("day >= ?", web.Date(value))
	}
	if value := in.DayMax.Pointer(); value != nil {
		find.Where("day <= ?", web.Date(value))
	}
	web.WhereIn(find, "mood", in.Mood)
	if value := in.WrittenMin.Pointer(); value != nil {
		find.Where("written >= ?", web.Timestamp(value))
	}
	if value := in.WrittenMax.Pointer(); value != nil {
		find.Where("written <= ?", web.Timestamp(value))
	}
	return find, sorts.Page(find, in.Sort, &in.SortedInput)
}

func (h handlers) list(ctx context.Context, in *ListInput) (*web.SortedPage[Entry], error) {
	find, err := in.Statement(web.OwnerFrom(ctx))
	if err != nil {
		return nil, err
	}
	query, arguments := find.SQL()
	entries, err := h.store.list(ctx, query, in.Limit+1, arguments...)
	if err != nil {
		return nil, err
	}
	for i, e := range entries {
		entries[i] = e.linked(ctx)
	}
	return sorts.NewPage(ctx, h.store.Read, find, in.Sort, &in.SortedInput, entries, func(e Entry) int64 { return e.ID })
}
