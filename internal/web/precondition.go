package web

import (
	"math/rand/v2"
	"net/http"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"
)

// Preconditions are the headers of a conditional request (RFC 9110, section 13). An input
// struct embeds it, and the handler calls Read or Write with the current ETag before it
// answers or changes anything.
type Preconditions struct {
	IfMatch     []string `header:"If-Match" doc:"Continue only if the resource has one of these ETags; * means any." example:"*"`
	IfNoneMatch []string `header:"If-None-Match" doc:"Continue only if the resource has none of these ETags." example:"\"1f0hk2s8qz\""`
}

// NewVersion returns the version of a new row; each change adds one. It is random: if all rows
// began at 1, a row in a recreated database could have the ETag of an old row with different
// content, and clients would keep the old content.
func NewVersion() int64 { return 1 + rand.Int64N(1<<52) }

// ETag returns the entity tag of a version.
func ETag(version int64) string {
	tag := append(make([]byte, 0, 16), '"') // large enough for any version, and on the stack
	return string(append(strconv.AppendInt(tag, version, 36), '"'))
}

// Resolve reads the headers itself, since there may be several lines of each, and an empty one
// matches nothing. huma calls it.
func (c *Preconditions) Resolve(ctx huma.Context) []error {
	r, _ := humago.Unwrap(ctx)
	c.IfMatch, c.IfNoneMatch = r.Header.Values("If-Match"), r.Header.Values("If-None-Match")
	return nil
}

// Read returns nil if a GET must be answered in full, a 304 if the client has this version
// already, and a 412 if it asked for another one.
func (c Preconditions) Read(etag string) error {
	if c.IfMatch != nil && !matches(c.IfMatch, etag, false) {
		return preconditionFailed(etag)
	}
	if c.IfNoneMatch != nil && matches(c.IfNoneMatch, etag, true) {
		return NewProblem(http.StatusNotModified, "").with("ETag", etag)
	}
	return nil
}

// Write returns nil if a change may proceed, else a 412.
func (c Preconditions) Write(etag string) error {
	if c.IfMatch != nil && !matches(c.IfMatch, etag, false) ||
		c.IfNoneMatch != nil && matches(c.IfNoneMatch, etag, true) {
		return preconditionFailed(etag)
	}
	return nil
}

// Require is Write for a resource that must not be overwritten unread: without If-Match it
// returns a 428 (RFC 6585, section 3).
func (c Preconditions) Require(etag string) error {
	if c.IfMatch == nil {
		return NewProblem(http.StatusPreconditionRequired,
			"Send If-Match with the ETag that you read, so that no other change is lost.")
	}
	return c.Write(etag)
}

func preconditionFailed(etag string) *Problem {
	return NewProblem(http.StatusPreconditionFailed,
		"The resource has changed since you read it. Read it again, then decide.").with("ETag", etag)
}

// matches reports whether a list of entity tags contains etag. The weak comparison ignores the
// prefix W/; the strong one, which If-Match demands, never matches a weak tag.
func matches(list []string, etag string, weak bool) bool {
	for tag := range strings.SplitSeq(strings.Join(list, ","), ",") {
		tag = strings.TrimSpace(tag)
		if weak {
			tag = strings.TrimPrefix(tag, "W/")
		}
		if tag == "*" || tag == etag {
			return true
		}
	}
	return false
}
