// Package shelf is a resource: places for books.
//
// It does not know the database's driver, the settings, the log or the metrics: it receives
// a web.DB, and package web does what all resources share.
package shelf

import (
	"context"
	"embed"
	"strconv"
	"time"

	"example.com/templatesite/internal/web"
)

// Fields are what a client may set. The tags are the limits: requests are validated by them,
// and the description, the forms and OPTIONS show them.
type Fields struct {
	Name string `json:"name" minLength:"1" maxLength:"40" doc:"The name." example:"Hello, world"`
}

// Shelf is one shelf, as it is stored and as it is sent.
type Shelf struct {
	ID int64 `json:"id" doc:"The id, assigned by the service." example:"1"`
	Fields
	Founded time.Time `json:"founded" doc:"When it was created, in UTC to the microsecond." example:"2017-07-30T15:22:42Z"`
	Href    string    `json:"href" format:"uri" doc:"The address of this shelf." example:"http://localhost:8000/shelf/1"`

	// Version starts at a random number and counts the changes: it is the optimistic lock.
	Version int64 `json:"-"`
}

// ETag names this version of this shelf.
func (v Shelf) ETag() string { return web.ETag(v.Version) }

// linked returns the shelf with its address, as the client of this request reaches it.
func (v Shelf) linked(ctx context.Context) Shelf {
	v.Href = web.URL(ctx, "/shelf/"+strconv.FormatInt(v.ID, 10))
	return v
}

var (
	//go:embed migrations
	migrations embed.FS
	//go:embed fixtures
	fixtures embed.FS
)

// Resource is what the rest of the service needs to know about shelves.
func Resource() web.Resource {
	return web.Resource{
		Name:       "shelf",
		Migrations: migrations,
		Fixtures:   fixtures,
		Routes:     routes,
		Load:       load,
		Dump:       dump,
	}
}
