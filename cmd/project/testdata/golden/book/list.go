package book

import (
	"context"
	"time"

	"example.com/templatesite/internal/web"
)

// ListInput is what the list can be asked for: which books, in which order, and which page.
type ListInput struct {
	Serial      web.Optional[string]    `query:"serial" minLength:"4" maxLength:"20" doc:"Only those with this serial." example:"Hello, world"`
	Number      []int64                 `query:"number" maxItems:"20" doc:"Only those with this number, or with one of these." example:"[3]"`
	NumberMin   web.Optional[int64]     `query:"number_min" minimum:"1" maximum:"99999" doc:"Only those whose number is this or more." example:"3"`
	NumberMax   web.Optional[int64]     `query:"number_max" minimum:"1" maximum:"99999" doc:"Only those whose number is this or less." example:"3"`
	Mail        web.Optional[string]    `query:"mail" format:"email" maxLength:"254" doc:"Only those with this mail." example:"ada@example.org"`
	Bought      web.Optional[string]    `query:"bought" format:"date" pattern:"^0*[1-9]" patternDescription:"a year from 1 to 9999" doc:"Only those with this bought." example:"2017-07-30"`
	BoughtMin   web.Optional[string]    `query:"bought_min" format:"date" pattern:"^0*[1-9]" patternDescription:"a year from 1 to 9999" doc:"Only those whose bought is this or later." example:"2017-07-30"`
	BoughtMax   web.Optional[string]    `query:"bought_max" format:"date" pattern:"^0*[1-9]" patternDescription:"a year from 1 to 9999" doc:"Only those whose bought is this or earlier." example:"2017-07-30"`
	Amount      web.Optional[string]    `query:"amount" pattern:"^-?[0-9]{1,9}([.][0-9]{1,3})?$" patternDescription:"digits, at most 9 before the point and 3 behind it" doc:"Only those with this amount." example:"3.005"`
	AmountMin   web.Optional[string]    `query:"amount_min" pattern:"^-?[0-9]{1,9}([.][0-9]{1,3})?$" patternDescription:"digits, at most 9 before the point and 3 behind it" doc:"Only those whose amount is this or more." example:"3.005"`
	AmountMax   web.Optional[string]    `query:"amount_max" pattern:"^-?[0-9]{1,9}([.][0-9]{1,3})?$" patternDescription:"digits, at most 9 before the point and 3 behind it" doc:"Only those whose amount is this or less." example:"3.005"`
	Copy        web.Optional[string]    `query:"copy" format:"uuid" pattern:"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$" patternDescription:"a UUID in lower case" doc:"Only those with this copy." example:"0b8f3f0e-3c1d-4a5e-9c62-5d2f1a7e4b01"`
	Key         web.Optional[string]    `query:"key" format:"uuid" pattern:"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$" patternDescription:"a UUID in lower case" doc:"Only those with this key." example:"0b8f3f0e-3c1d-4a5e-9c62-5d2f1a7e4b01"`
	Tag         web.Optional[string]    `query:"tag" format:"uuid" pattern:"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$" patternDescription:"a UUID in lower case" doc:"Only those with this tag." example:"0b8f3f0e-3c1d-4a5e-9c62-5d2f1a7e4b01"`
	Currency    web.Optional[string]    `query:"currency" minLength:"3" maxLength:"3" doc:"Only those with this currency." example:"Hel"`
	SeenMin     web.Optional[time.Time] `query:"seen_min" doc:"Only those whose seen is this or later." example:"2017-07-30T15:22:42Z"`
	SeenMax     web.Optional[time.Time] `query:"seen_max" doc:"Only those whose seen is this or earlier." example:"2017-07-30T15:22:42Z"`
	Shelf       []int64                 `query:"shelf" ref:"shelf" maxItems:"20" doc:"Only those with this shelf, or with one of these." example:"[1]"`
	Home        []int64                 `query:"home" ref:"shelf" maxItems:"20" doc:"Only those with this home, or with one of these." example:"[1]"`
	Origin      []int64                 `query:"origin" ref:"shelf" maxItems:"20" doc:"Only those with this origin, or with one of these." example:"[1]"`
	Title       web.Optional[string]    `query:"title" minLength:"1" maxLength:"80" doc:"Only those with this title." example:"Hello, world"`
	Price       web.Optional[string]    `query:"price" pattern:"^-?[0-9]{1,8}([.][0-9]{1,2})?$" patternDescription:"digits, at most 8 before the point and 2 behind it" doc:"Only those with this price." example:"3.05"`
	PriceMin    web.Optional[string]    `query:"price_min" pattern:"^-?[0-9]{1,8}([.][0-9]{1,2})?$" patternDescription:"digits, at most 8 before the point and 2 behind it" doc:"Only those whose price is this or more." example:"3.05"`
	PriceMax    web.Optional[string]    `query:"price_max" pattern:"^-?[0-9]{1,8}([.][0-9]{1,2})?$" patternDescription:"digits, at most 8 before the point and 2 behind it" doc:"Only those whose price is this or less." example:"3.05"`
	Rate        web.Optional[string]    `query:"rate" pattern:"^-?[0-9]{1,1}([.][0-9]{1,3})?$" patternDescription:"digits, at most 1 before the point and 3 behind it" doc:"Only those with this rate." example:"3.005"`
	RateMin     web.Optional[string]    `query:"rate_min" pattern:"^-?[0-9]{1,1}([.][0-9]{1,3})?$" patternDescription:"digits, at most 1 before the point and 3 behind it" doc:"Only those whose rate is this or more." example:"3.005"`
	RateMax     web.Optional[string]    `query:"rate_max" pattern:"^-?[0-9]{1,1}([.][0-9]{1,3})?$" patternDescription:"digits, at most 1 before the point and 3 behind it" doc:"Only those whose rate is this or less." example:"3.005"`
	Day         web.Optional[string]    `query:"day" format:"date" pattern:"^0*[1-9]" patternDescription:"a year from 1 to 9999" doc:"Only those with this day." example:"2017-07-30"`
	DayMin      web.Optional[string]    `query:"day_min" format:"date" pattern:"^0*[1-9]" patternDescription:"a year from 1 to 9999" doc:"Only those whose day is this or later." example:"2017-07-30"`
	DayMax      web.Optional[string]    `query:"day_max" format:"date" pattern:"^0*[1-9]" patternDescription:"a year from 1 to 9999" doc:"Only those whose day is this or earlier." example:"2017-07-30"`
	Until       web.Optional[string]    `query:"until" format:"date" pattern:"^0*[1-9]" patternDescription:"a year from 1 to 9999" doc:"Only those with this until." example:"2017-07-30"`
	UntilMin    web.Optional[string]    `query:"until_min" format:"date" pattern:"^0*[1-9]" patternDescription:"a year from 1 to 9999" doc:"Only those whose until is this or later." example:"2017-07-30"`
	UntilMax    web.Optional[string]    `query:"until_max" format:"date" pattern:"^0*[1-9]" patternDescription:"a year from 1 to 9999" doc:"Only those whose until is this or earlier." example:"2017-07-30"`
	Code        web.Optional[string]    `query:"code" maxLength:"20" doc:"Only those with this code." example:"Hello, world"`
	Pages       []int64                 `query:"pages" maxItems:"20" doc:"Only those with this pages, or with one of these." example:"[3]"`
	PagesMin    web.Optional[int64]     `query:"pages_min" minimum:"1" maximum:"9999" doc:"Only those whose pages is this or more." example:"3"`
	PagesMax    web.Optional[int64]     `query:"pages_max" minimum:"1" maximum:"9999" doc:"Only those whose pages is this or less." example:"3"`
	Year        []int64                 `query:"year" maxItems:"20" doc:"Only those with this year, or with one of these." example:"[1900]"`
	YearMin     web.Optional[int64]     `query:"year_min" minimum:"1900" maximum:"2100" doc:"Only those whose year is this or more." example:"1900"`
	YearMax     web.Optional[int64]     `query:"year_max" minimum:"1900" maximum:"2100" doc:"Only those whose year is this or less." example:"1900"`
	Zip         web.Optional[string]    `query:"zip" minLength:"5" maxLength:"5" doc:"Only those with this zip." example:"Hello"`
	Score       []int64                 `query:"score" maxItems:"20" doc:"Only those with this score, or with one of these." example:"[3]"`
	ScoreMin    web.Optional[int64]     `query:"score_min" minimum:"-5" maximum:"5" doc:"Only those whose score is this or more." example:"3"`
	ScoreMax    web.Optional[int64]     `query:"score_max" minimum:"-5" maximum:"5" doc:"Only those whose score is this or less." example:"3"`
	Rank        []int64                 `query:"rank" maxItems:"20" doc:"Only those with this rank, or with one of these." example:"[3]"`
	RankMin     web.Optional[int64]     `query:"rank_min" minimum:"-9007199254740991" maximum:"9007199254740991" doc:"Only those whose rank is this or more." example:"3"`
	RankMax     web.Optional[int64]     `query:"rank_max" minimum:"-9007199254740991" maximum:"9007199254740991" doc:"Only those whose rank is this or less." example:"3"`
	Done        web.Optional[bool]      `query:"done" doc:"Only those that are done (true), or that are not (false)." example:"true"`
	Listed      web.Optional[bool]      `query:"listed" doc:"Only those that are listed (true), or that are not (false)." example:"true"`
	Sold        web.Optional[bool]      `query:"sold" doc:"Only those that are sold (true), or that are not (false)." example:"true"`
	Lent        web.Optional[bool]      `query:"lent" doc:"Only those that are lent (true), or that are not (false)." example:"true"`
	State       []string                `query:"state" enum:"open,closed" maxItems:"20" doc:"Only those with this state, or with one of these." example:"closed"`
	Size        []string                `query:"size" enum:"s,m,l" maxItems:"20" doc:"Only those with this size, or with one of these." example:"s"`
	DueMin      web.Optional[time.Time] `query:"due_min" doc:"Only those whose due is this or later." example:"2017-07-30T15:22:42Z"`
	DueMax      web.Optional[time.Time] `query:"due_max" doc:"Only those whose due is this or earlier." example:"2017-07-30T15:22:42Z"`
	StartsAtMin web.Optional[time.Time] `query:"starts_at_min" doc:"Only those whose starts at is this or later." example:"2017-07-30T15:22:42Z"`
	StartsAtMax web.Optional[time.Time] `query:"starts_at_max" doc:"Only those whose starts at is this or earlier." example:"2017-07-30T15:22:42Z"`
	AddedMin    web.Optional[time.Time] `query:"added_min" doc:"Only those whose added is this or later." example:"2017-07-30T15:22:42Z"`
	AddedMax    web.Optional[time.Time] `query:"added_max" doc:"Only those whose added is this or earlier." example:"2017-07-30T15:22:42Z"`
	Owner       web.Optional[string]    `query:"owner" format:"email" maxLength:"254" doc:"Only those with this owner." example:"ada@example.org"`
	Motto       web.Optional[string]    `query:"motto" minLength:"1" maxLength:"40" doc:"Only those with this motto." example:"Hello, world"`
	Site        web.Optional[string]    `query:"site" format:"uri" minLength:"1" maxLength:"2000" doc:"Only those with this site." example:"https://example.org/one"`
	Sort        string                  `query:"sort" enum:"id,-id,serial,-serial,number,-number,mail,-mail,bought,-bought,amount,-amount,copy,-copy,key,-key,tag,-tag,currency,-currency,seen,-seen,shelf,-shelf,home,-home,origin,-origin,title,-title,price,-price,rate,-rate,day,-day,until,-until,code,-code,pages,-pages,year,-year,zip,-zip,score,-score,rank,-rank,done,-done,listed,-listed,sold,-sold,state,-state,size,-size,due,-due,starts_at,-starts_at,added,-added,owner,-owner,motto,-motto" default:"id" doc:"The order. A minus means descending; null comes before every value." example:"-motto"`
	web.SortedInput
}

// sorts are the orders besides that of the ids. Each has an index in the migrations.
var sorts = web.Sorts[Book]{
	"serial":    {Column: "serial", Value: func(b *Book) any { return &b.Serial }},
	"number":    {Column: "number", Value: func(b *Book) any { return &b.Number }},
	"mail":      {Column: "mail", Null: "''", Value: func(b *Book) any { return &b.Mail }},
	"bought":    {Column: "bought", Value: func(b *Book) any { return web.Date(&b.Bought) }},
	"amount":    {Column: "amount", Value: func(b *Book) any { return web.Decimal(&b.Amount, 3) }},
	"copy":      {Column: "copy", Value: func(b *Book) any { return &b.Copy }},
	"key":       {Column: "key", Value: func(b *Book) any { return &b.Key }},
	"tag":       {Column: "tag", Null: "'00000000-0000-0000-0000-000000000000'", Value: func(b *Book) any { return &b.Tag }},
	"currency":  {Column: "currency", Value: func(b *Book) any { return &b.Currency }},
	"seen":      {Column: "seen", Null: "'0001-01-01 00:00:00+00:00'", Value: func(b *Book) any { return web.OptionalTimestamp(&b.Seen) }},
	"shelf":     {Column: "shelf", Value: func(b *Book) any { return &b.Shelf }},
	"home":      {Column: "home", Null: "0", Value: func(b *Book) any { return &b.Home }},
	"origin":    {Column: "origin", Null: "0", Value: func(b *Book) any { return &b.Origin }},
	"title":     {Column: "title", Value: func(b *Book) any { return &b.Title }},
	"price":     {Column: "price", Value: func(b *Book) any { return web.Decimal(&b.Price, 2) }},
	"rate":      {Column: "rate", Null: "-9999", Value: func(b *Book) any { return web.OptionalDecimal(&b.Rate, 3) }},
	"day":       {Column: "day", Value: func(b *Book) any { return web.Date(&b.Day) }},
	"until":     {Column: "until", Null: "'0001-01-01'", Value: func(b *Book) any { return web.OptionalDate(&b.Until) }},
	"code":      {Column: "code", Value: func(b *Book) any { return &b.Code }},
	"pages":     {Column: "pages", Value: func(b *Book) any { return &b.Pages }},
	"year":      {Column: "year", Value: func(b *Book) any { return &b.Year }},
	"zip":       {Column: "zip", Value: func(b *Book) any { return &b.Zip }},
	"score":     {Column: "score", Value: func(b *Book) any { return &b.Score }},
	"rank":      {Column: "rank", Null: "-9007199254740991", Value: func(b *Book) any { return &b.Rank }},
	"done":      {Column: "done", Value: func(b *Book) any { return &b.Done }},
	"listed":    {Column: "listed", Value: func(b *Book) any { return &b.Listed }},
	"sold":      {Column: "sold", Value: func(b *Book) any { return &b.Sold }},
	"state":     {Column: "state", Value: func(b *Book) any { return &b.State }},
	"size":      {Column: "size", Null: "''", Value: func(b *Book) any { return &b.Size }},
	"due":       {Column: "due", Null: "'0001-01-01 00:00:00+00:00'", Value: func(b *Book) any { return web.OptionalTimestamp(&b.Due) }},
	"starts_at": {Column: "starts_at", Value: func(b *Book) any { return web.Timestamp(&b.StartsAt) }},
	"added":     {Column: "added", Value: func(b *Book) any { return web.Timestamp(&b.Added) }},
	"owner":     {Column: "owner", Value: func(b *Book) any { return &b.Owner }},
	"motto":     {Column: "motto", Value: func(b *Book) any { return &b.Motto }},
}

const findSQL = `-- book.find
	select ` + columns + `
	from book`

// Statement returns the statement of the page. The error is a *web.Problem.
func (in *ListInput) Statement() (*web.Select, error) {
	find := web.NewSelect(findSQL)
	if value := in.Serial.Pointer(); value != nil {
		find.Where("serial = ?", *value)
	}
	web.WhereIn(find, "number", in.Number)
	if value := in.NumberMin.Pointer(); value != nil {
		find.Where("number >= ?", *value)
	}
	if value := in.NumberMax.Pointer(); value != nil {
		find.Where("number <= ?", *value)
	}
	if value := in.Mail.Pointer(); value != nil {
		find.Where("mail = ?", *value)
	}
	if value := in.Bought.Pointer(); value != nil {
		find.Where("bought = ?", web.Date(value))
	}
	if value := in.BoughtMin.Pointer(); value != nil {
		find.Where("bought >= ?", web.Date(value))
	}
	if value := in.BoughtMax.Pointer(); value != nil {
		find.Where("bought <= ?", web.Date(value))
	}
	if value := in.Amount.Pointer(); value != nil {
		find.Where("amount = ?", web.Decimal(value, 3))
	}
	if value := in.AmountMin.Pointer(); value != nil {
		find.Where("amount >= ?", web.Decimal(value, 3))
	}
	if value := in.AmountMax.Pointer(); value != nil {
		find.Where("amount <= ?", web.Decimal(value, 3))
	}
	if value := in.Copy.Pointer(); value != nil {
		find.Where("copy = ?", *value)
	}
	if value := in.Key.Pointer(); value != nil {
		find.Where("key = ?", *value)
	}
	if value := in.Tag.Pointer(); value != nil {
		find.Where("tag = ?", *value)
	}
	if value := in.Currency.Pointer(); value != nil {
		find.Where("currency = ?", *value)
	}
	if value := in.SeenMin.Pointer(); value != nil {
		find.Where("seen >= ?", web.Timestamp(value))
	}
	if value := in.SeenMax.Pointer(); value != nil {
		find.Where("seen <= ?", web.Timestamp(value))
	}
	web.WhereIn(find, "shelf", in.Shelf)
	web.WhereIn(find, "home", in.Home)
	web.WhereIn(find, "origin", in.Origin)
	if value := in.Title.Pointer(); value != nil {
		find.Where("title = ?", *value)
	}
	if value := in.Price.Pointer(); value != nil {
		find.Where("price = ?", web.Decimal(value, 2))
	}
	if value := in.PriceMin.Pointer(); value != nil {
		find.Where("price >= ?", web.Decimal(value, 2))
	}
	if value := in.PriceMax.Pointer(); value != nil {
		find.Where("price <= ?", web.Decimal(value, 2))
	}
	if value := in.Rate.Pointer(); value != nil {
		find.Where("rate = ?", web.Decimal(value, 3))
	}
	if value := in.RateMin.Pointer(); value != nil {
		find.Where("rate >= ?", web.Decimal(value, 3))
	}
	if value := in.RateMax.Pointer(); value != nil {
		find.Where("rate <= ?", web.Decimal(value, 3))
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
	if value := in.Until.Pointer(); value != nil {
		find.Where("until = ?", web.Date(value))
	}
	if value := in.UntilMin.Pointer(); value != nil {
		find.Where("until >= ?", web.Date(value))
	}
	if value := in.UntilMax.Pointer(); value != nil {
		find.Where("until <= ?", web.Date(value))
	}
	if value := in.Code.Pointer(); value != nil {
		find.Where("code = ?", *value)
	}
	web.WhereIn(find, "pages", in.Pages)
	if value := in.PagesMin.Pointer(); value != nil {
		find.Where("pages >= ?", *value)
	}
	if value := in.PagesMax.Pointer(); value != nil {
		find.Where("pages <= ?", *value)
	}
	web.WhereIn(find, "year", in.Year)
	if value := in.YearMin.Pointer(); value != nil {
		find.Where("year >= ?", *value)
	}
	if value := in.YearMax.Pointer(); value != nil {
		find.Where("year <= ?", *value)
	}
	if value := in.Zip.Pointer(); value != nil {
		find.Where("zip = ?", *value)
	}
	web.WhereIn(find, "score", in.Score)
	if value := in.ScoreMin.Pointer(); value != nil {
		find.Where("score >= ?", *value)
	}
	if value := in.ScoreMax.Pointer(); value != nil {
		find.Where("score <= ?", *value)
	}
	web.WhereIn(find, "rank", in.Rank)
	if value := in.RankMin.Pointer(); value != nil {
		find.Where("rank >= ?", *value)
	}
	if value := in.RankMax.Pointer(); value != nil {
		find.Where("rank <= ?", *value)
	}
	if value := in.Done.Pointer(); value != nil {
		find.Where("done = ?", *value)
	}
	if value := in.Listed.Pointer(); value != nil {
		find.Where("listed = ?", *value)
	}
	if value := in.Sold.Pointer(); value != nil {
		find.Where("sold = ?", *value)
	}
	if value := in.Lent.Pointer(); value != nil {
		find.Where("lent = ?", *value)
	}
	web.WhereIn(find, "state", in.State)
	web.WhereIn(find, "size", in.Size)
	if value := in.DueMin.Pointer(); value != nil {
		find.Where("due >= ?", web.Timestamp(value))
	}
	if value := in.DueMax.Pointer(); value != nil {
		find.Where("due <= ?", web.Timestamp(value))
	}
	if value := in.StartsAtMin.Pointer(); value != nil {
		find.Where("starts_at >= ?", web.Timestamp(value))
	}
	if value := in.StartsAtMax.Pointer(); value != nil {
		find.Where("starts_at <= ?", web.Timestamp(value))
	}
	if value := in.AddedMin.Pointer(); value != nil {
		find.Where("added >= ?", web.Timestamp(value))
	}
	if value := in.AddedMax.Pointer(); value != nil {
		find.Where("added <= ?", web.Timestamp(value))
	}
	if value := in.Owner.Pointer(); value != nil {
		find.Where("owner = ?", *value)
	}
	if value := in.Motto.Pointer(); value != nil {
		find.Where("motto = ?", *value)
	}
	if value := in.Site.Pointer(); value != nil {
		find.Where("site = ?", *value)
	}
	return find, sorts.Page(find, in.Sort, &in.SortedInput)
}

func (h handlers) list(ctx context.Context, in *ListInput) (*web.SortedPage[Book], error) {
	find, err := in.Statement()
	if err != nil {
		return nil, err
	}
	query, arguments := find.SQL()
	books, err := h.store.list(ctx, query, in.Limit+1, arguments...)
	if err != nil {
		return nil, err
	}
	for i, b := range books {
		books[i] = b.linked(ctx)
	}
	return sorts.NewPage(ctx, h.store.Read, find, in.Sort, &in.SortedInput, books, func(b Book) int64 { return b.ID })
}
