// Package book is a resource: books on shelves.
//
// It does not know the database's driver, the settings, the log or the metrics: it receives
// a web.DB, and package web does what all resources share.
package book

import (
	"cmp"
	"context"
	"embed"
	"strconv"
	"time"

	"example.com/templatesite/internal/web"
)

// Fields are what a client may set. The tags are the limits: requests are validated by them,
// and the description, the forms and OPTIONS show them.
type Fields struct {
	Shelf    int64      `json:"shelf" minimum:"1" ref:"shelf" doc:"The id of its shelf." example:"1"`
	Serial   string     `json:"serial" minLength:"4" maxLength:"20" unique:"true" doc:"The serial, which no other book has." example:"Hello, world"`
	Number   int64      `json:"number" minimum:"1" maximum:"99999" unique:"true" once:"true" doc:"The number, which no other book has, and which cannot be changed." example:"3"`
	Mail     *string    `json:"mail,omitempty" format:"email" maxLength:"254" unique:"true" doc:"The mail, which no other book has." example:"ada@example.org"`
	Bought   string     `json:"bought" format:"date" pattern:"^0*[1-9]" patternDescription:"a year from 1 to 9999" unique:"true" doc:"The bought, which no other book has." example:"2017-07-30"`
	Amount   string     `json:"amount" pattern:"^-?[0-9]{1,9}([.][0-9]{1,3})?$" patternDescription:"digits, at most 9 before the point and 3 behind it" unique:"true" doc:"The amount, which no other book has." example:"3.005"`
	Copy     string     `json:"copy" format:"uuid" pattern:"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$" patternDescription:"a UUID in lower case" unique:"true" once:"true" doc:"The copy, which no other book has, and which cannot be changed." example:"0b8f3f0e-3c1d-4a5e-9c62-5d2f1a7e4b01"`
	Key      string     `json:"key" format:"uuid" pattern:"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$" patternDescription:"a UUID in lower case" doc:"The key." example:"0b8f3f0e-3c1d-4a5e-9c62-5d2f1a7e4b01"`
	Tag      *string    `json:"tag,omitempty" format:"uuid" pattern:"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$" patternDescription:"a UUID in lower case" doc:"The tag." example:"0b8f3f0e-3c1d-4a5e-9c62-5d2f1a7e4b01"`
	Currency string     `json:"currency" minLength:"3" maxLength:"3" once:"true" doc:"The currency, which cannot be changed." example:"Hel"`
	Seen     *time.Time `json:"seen,omitempty" once:"true" doc:"Seen: a time with its zone, which cannot be changed." example:"2017-07-30T15:22:42Z"`
	Title    string     `json:"title" minLength:"1" maxLength:"80" doc:"The title." example:"Hello, world"`
	Price    string     `json:"price" pattern:"^-?[0-9]{1,8}([.][0-9]{1,2})?$" patternDescription:"digits, at most 8 before the point and 2 behind it" doc:"The price." example:"3.05"`
	Rate     *string    `json:"rate,omitempty" pattern:"^-?[0-9]{1,1}([.][0-9]{1,3})?$" patternDescription:"digits, at most 1 before the point and 3 behind it" doc:"The rate." example:"3.005"`
	Day      string     `json:"day" format:"date" pattern:"^0*[1-9]" patternDescription:"a year from 1 to 9999" doc:"The day." example:"2017-07-30"`
	Until    *string    `json:"until,omitempty" format:"date" pattern:"^0*[1-9]" patternDescription:"a year from 1 to 9999" doc:"The until." example:"2017-07-30"`
	Body     string     `json:"body" minLength:"1" maxLength:"10000" doc:"The body." example:"Hello, world"`
	Note     *string    `json:"note,omitempty" minLength:"1" maxLength:"10000" doc:"The note." example:"Hello, world"`
	Code     string     `json:"code" maxLength:"20" doc:"The code." example:"Hello, world"`
	Pages    int64      `json:"pages" minimum:"1" maximum:"9999" doc:"The pages." example:"3"`
	Year     int64      `json:"year" minimum:"1900" maximum:"2100" doc:"The year." example:"1900"`
	Zip      string     `json:"zip" minLength:"5" maxLength:"5" doc:"The zip." example:"Hello"`
	Score    *int64     `json:"score,omitempty" minimum:"-5" maximum:"5" default:"1" doc:"The score." example:"3"`
	Rank     *int64     `json:"rank,omitempty" minimum:"-9007199254740991" maximum:"9007199254740991" doc:"The rank." example:"3"`
	Done     bool       `json:"done,omitempty" default:"false" doc:"Whether it is done." example:"true"`
	Listed   *bool      `json:"listed,omitempty" default:"true" doc:"Whether it is listed." example:"true"`
	Sold     bool       `json:"sold" doc:"Whether it is sold." example:"true"`
	Lent     *bool      `json:"lent,omitempty" doc:"Whether it is lent." example:"true"`
	State    string     `json:"state,omitempty" enum:"open,closed" default:"open" doc:"The state." example:"closed"`
	Size     *string    `json:"size,omitempty" enum:"s,m,l" doc:"The size." example:"s"`
	Due      *time.Time `json:"due,omitempty" doc:"Due: a time with its zone." example:"2017-07-30T15:22:42Z"`
	StartsAt time.Time  `json:"starts_at" doc:"Starts at: a time with its zone." example:"2017-07-30T15:22:42Z"`
	Owner    string     `json:"owner" format:"email" maxLength:"254" doc:"The owner." example:"ada@example.org"`
	Site     *string    `json:"site,omitempty" format:"uri" minLength:"1" maxLength:"2000" doc:"The site." example:"https://example.org/one"`
	Motto    string     `json:"motto,omitempty" minLength:"1" maxLength:"40" default:"Carpe diem" doc:"The motto." example:"Hello, world"`
	Home     *int64     `json:"home,omitempty" minimum:"1" ref:"shelf" doc:"The id of its home." example:"1"`
	Origin   *int64     `json:"origin,omitempty" minimum:"1" ref:"shelf" onDelete:"cascade" doc:"The id of its origin. If that is deleted, so is this book." example:"1"`
}

// keep returns an error for a change of what can be set only once.
func (f Fields) keep(before Fields) error {
	return cmp.Or(
		web.SetOnce("number", before.Number, f.Number),
		web.SetOnce("copy", before.Copy, f.Copy),
		web.SetOnce("currency", before.Currency, f.Currency),
		web.SetOnce("seen", web.OptionalTimestamp(&before.Seen), web.OptionalTimestamp(&f.Seen)),
	)
}

// Book is one book, as it is stored and as it is sent.
type Book struct {
	ID int64 `json:"id" doc:"The id, assigned by the service." example:"1"`
	Fields
	Added      time.Time `json:"added" doc:"When it was created, in UTC to the microsecond." example:"2017-07-30T15:22:42Z"`
	Href       string    `json:"href" format:"uri" doc:"The address of this book." example:"http://localhost:8000/book/1"`
	ShelfHref  string    `json:"shelf_href" format:"uri" doc:"The address of its shelf." example:"http://localhost:8000/shelf/1"`
	HomeHref   string    `json:"home_href,omitempty" format:"uri" doc:"The address of its home." example:"http://localhost:8000/shelf/1"`
	OriginHref string    `json:"origin_href,omitempty" format:"uri" doc:"The address of its origin." example:"http://localhost:8000/shelf/1"`

	// Version starts at a random number and counts the changes: it is the optimistic lock.
	Version int64 `json:"-"`
}

// ETag names this version of this book.
func (b Book) ETag() string { return web.ETag(b.Version) }

// linked returns the book with its address and those of what it refers to, as the client of this
// request reaches them.
func (b Book) linked(ctx context.Context) Book {
	b.Href = web.URL(ctx, "/book/"+strconv.FormatInt(b.ID, 10))
	b.ShelfHref = web.URL(ctx, "/shelf/"+strconv.FormatInt(b.Shelf, 10))
	if b.Home != nil {
		b.HomeHref = web.URL(ctx, "/shelf/"+strconv.FormatInt(*b.Home, 10))
	}
	if b.Origin != nil {
		b.OriginHref = web.URL(ctx, "/shelf/"+strconv.FormatInt(*b.Origin, 10))
	}
	return b
}

var (
	//go:embed migrations
	migrations embed.FS
	//go:embed fixtures
	fixtures embed.FS
)

// Resource is what the rest of the service needs to know about books.
func Resource() web.Resource {
	return web.Resource{
		Name:       "book",
		Migrations: migrations,
		Fixtures:   fixtures,
		Constraints: []web.Constraint{
			{
				Name: "book_serial_key", Columns: "book.serial",
				Field: web.FieldError{Location: "body.serial", Message: "is the serial of another book"},
			},
			{
				Name: "book_number_key", Columns: "book.number",
				Field: web.FieldError{Location: "body.number", Message: "is the number of another book"},
			},
			{
				Name: "book_mail_key", Columns: "book.mail",
				Field: web.FieldError{Location: "body.mail", Message: "is the mail of another book"},
			},
			{
				Name: "book_bought_key", Columns: "book.bought",
				Field: web.FieldError{Location: "body.bought", Message: "is the bought of another book"},
			},
			{
				Name: "book_amount_key", Columns: "book.amount",
				Field: web.FieldError{Location: "body.amount", Message: "is the amount of another book"},
			},
			{
				Name: "book_copy_key", Columns: "book.copy",
				Field: web.FieldError{Location: "body.copy", Message: "is the copy of another book"},
			},
			{
				Name: "book_shelf_fkey", Columns: "book.shelf",
				Field: web.FieldError{Location: "body.shelf", Message: "must be the id of a shelf that exists"},
			},
			{
				Name: "book_home_fkey", Columns: "book.home",
				Field: web.FieldError{Location: "body.home", Message: "must be the id of a shelf that exists"},
			},
			{
				Name: "book_origin_fkey", Columns: "book.origin",
				Field: web.FieldError{Location: "body.origin", Message: "must be the id of a shelf that exists"},
			},
		},
		Routes: routes,
		Load:   load,
		Dump:   dump,
	}
}
