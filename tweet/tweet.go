// Package tweet is a resource: short texts that people post.
//
// It does not know the database's driver, the settings, the log or the metrics: it receives
// a web.DB, and package web does what all resources share.
package tweet

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
	Text string `json:"text" minLength:"1" maxLength:"140" doc:"The text." example:"Hello, world"`
}

// Tweet is one tweet, as it is stored and as it is sent.
type Tweet struct {
	ID int64 `json:"id" doc:"The id, assigned by the service." example:"1"`
	Fields
	Timestamp time.Time `json:"timestamp" doc:"When it was created, in UTC to the microsecond." example:"2017-07-30T15:22:42Z"`
	Href      string    `json:"href" format:"uri" doc:"The address of this tweet." example:"http://localhost:8000/tweet/1"`

	// Version starts at a random number and counts the changes: it is the optimistic lock.
	Version int64 `json:"-"`
}

// ETag names this version of this tweet.
func (t Tweet) ETag() string { return web.ETag(t.Version) }

// linked returns the tweet with its address, as the client of this request reaches it.
func (t Tweet) linked(ctx context.Context) Tweet {
	t.Href = web.URL(ctx, "/tweet/"+strconv.FormatInt(t.ID, 10))
	return t
}

var (
	//go:embed migrations
	migrations embed.FS
	//go:embed fixtures
	fixtures embed.FS
)

// Resource is what the rest of the service needs to know about tweets.
func Resource() web.Resource {
	return web.Resource{
		Name:       "tweet",
		Migrations: migrations,
		Fixtures:   fixtures,
		Routes:     routes,
		Load:       load,
		Dump:       dump,
	}
}
