// Package entry is a resource: days in diaries.
//
// It does not know the database's driver, the settings, the log or the metrics: it receives
// a web.DB, and package web does what all resources share.
package entry

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
	Diary   int64  `json:"diary" minimum:"1" ref:"diary" onDelete:"cascade" doc:"The id of its diary. If that is deleted, so is this entry." example:"1"`
	Earlier *int64 `json:"earlier,omitempty" minimum:"1" ref:"diary" doc:"The id of its earlier." example:"1"`
	Shelf   *int64 `json:"shelf,omitempty" minimum:"1" ref:"shelf" doc:"The id of its shelf." example:"1"`
	Text    string `json:"text" minLength:"1" maxLength:"200" doc:"The text." example:"Hello, world"`
	Number  int64  `json:"number" minimum:"1" maximum:"99999" unique:"true" doc:"The number, which no other entry of its owner has." example:"3"`
	Day     string `json:"day" format:"date" pattern:"^0*[1-9]" patternDescription:"a year from 1 to 9999" once:"true" doc:"The day, which cannot be changed." example:"2017-07-30"`
	Mood    string `json:"mood,omitempty" enum:"good,bad" default:"good" doc:"The mood." example:"bad"`
}

// keep returns an error for a change of what can be set only once.
func (f Fields) keep(before Fields) error {
	return cmp.Or(
		web.SetOnce("day", web.Date(&before.Day), web.Date(&f.Day)),
	)
}

// Entry is one entry, as it is stored and as it is sent.
type Entry struct {
	ID    int64  `json:"id" doc:"The id, assigned by the service." example:"1"`
	Owner string `json:"owner" maxLength:"400" doc:"Whose it is: the owner of the caller who created it." example:"ada"`
	Fields
	Written     time.Time `json:"written" doc:"When it was created, in UTC to the microsecond." example:"2017-07-30T15:22:42Z"`
	Href        string    `json:"href" format:"uri" doc:"The address of this entry." example:"http://localhost:8000/entry/1"`
	DiaryHref   string    `json:"diary_href" format:"uri" doc:"The address of its diary." example:"http://localhost:8000/diary/1"`
	EarlierHref string    `json:"earlier_href,omitempty" format:"uri" doc:"The address of its earlier." example:"http://localhost:8000/diary/1"`
	ShelfHref   string    `json:"shelf_href,omitempty" format:"uri" doc:"The address of its shelf." example:"http://localhost:8000/shelf/1"`

	// Version starts at a random number and counts the changes: it is the optimistic lock.
	Version int64 `json:"-"`
}

// ETag names this version of this entry.
func (e Entry) ETag() string { return web.ETag(e.Version) }

// linked returns the entry with its address and those of what it refers to, as the client of this
// request reaches them.
func (e Entry) linked(ctx context.Context) Entry {
	e.Href = web.URL(ctx, "/entry/"+strconv.FormatInt(e.ID, 10))
	e.DiaryHref = web.URL(ctx, "/diary/"+strconv.FormatInt(e.Diary, 10))
	if e.Earlier != nil {
		e.EarlierHref = web.URL(ctx, "/diary/"+strconv.FormatInt(*e.Earlier, 10))
	}
	if e.Shelf != nil {
		e.ShelfHref = web.URL(ctx, "/shelf/"+strconv.FormatInt(*e.Shelf, 10))
	}
	return e
}

var (
	//go:embed migrations
	migrations embed.FS
	//go:embed fixtures
	fixtures embed.FS
)

// Resource is what the rest of the service needs to know about entries.
func Resource() web.Resource {
	return web.Resource{
		Name:       "entry",
		Migrations: migrations,
		Fixtures:   fixtures,
		Constraints: []web.Constraint{
			{
				Name: "entry_number_key", Columns: "entry.owner, entry.number",
				Field: web.FieldError{Location: "body.number", Message: "is the number of another entry"},
			},
			{
				Name: "entry_diary_fkey", Columns: "entry.owner, entry.diary",
				Field: web.FieldError{Location: "body.diary", Message: "must be the id of a diary that exists"},
			},
			{
				Name: "entry_earlier_fkey", Columns: "entry.owner, entry.earlier",
				Field: web.FieldError{Location: "body.earlier", Message: "must be the id of a diary that exists"},
			},
			{
				Name: "entry_shelf_fkey", Columns: "entry.shelf",
				Field: web.FieldError{Location: "body.shelf", Message: "must be the id of a shelf that exists"},
			},
		},
		Routes: routes,
		Load:   load,
		Dump:   dump,
	}
}
