// Package diary is a resource: diaries.
//
// It does not know the database's driver, the settings, the log or the metrics: it receives
// a web.DB, and package web does what all resources share.
package diary

import (
	"context"
	"embed"
	"strconv"

	"example.com/templatesite/internal/web"
)

// Fields are what a client may set. The tags are the limits: requests are validated by them,
// and the description, the forms and OPTIONS show them.
type Fields struct {
	Title string `json:"title" minLength:"1" maxLength:"80" doc:"The title." example:"Hello, world"`
}

// Diary is one diary, as it is stored and as it is sent.
type Diary struct {
	ID    int64  `json:"id" doc:"The id, assigned by the service." example:"1"`
	Owner string `json:"owner" maxLength:"400" doc:"Whose it is: the owner of the caller who created it." example:"ada"`
	Fields
	Href string `json:"href" format:"uri" doc:"The address of this diary." example:"http://localhost:8000/diary/1"`

	// Version starts at a random number and counts the changes: it is the optimistic lock.
	Version int64 `json:"-"`
}

// ETag names this version of this diary.
func (d Diary) ETag() string { return web.ETag(d.Version) }

// linked returns the diary with its address, as the client of this request reaches it.
func (d Diary) linked(ctx context.Context) Diary {
	d.Href = web.URL(ctx, "/diary/"+strconv.FormatInt(d.ID, 10))
	return d
}

var (
	//go:embed migrations
	migrations embed.FS
	//go:embed fixtures
	fixtures embed.FS
)

// Resource is what the rest of the service needs to know about diaries.
func Resource() web.Resource {
	return web.Resource{
		Name:       "diary",
		Migrations: migrations,
		Fixtures:   fixtures,
		Routes:     routes,
		Load:       load,
		Dump:       dump,
	}
}
