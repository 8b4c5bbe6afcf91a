package web

import (
	"math/rand/v2"
	"net/http"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"
)

// Preconditions are the headers of a conditional request (RFC 9110, section
// 13). An input struct embeds it; the handler calls Read or Write with the ETag
// of what is stored now, before it answers or changes anything.
type Preconditions struct {
	IfMatch     []string `header:"If-Match" doc:"Continue only if the resource has one of these ETags; * means any." example:"*"`
	IfNoneMatch []string `header:"If-None-Match" doc:"Continue only if the resource has none of these ETags." example:"\"1f0hk2s8qz\""`
}

// NewVersion returns the version with which a row begins; each change adds one. It
// does not begin at 1, for the tag of a row would then come back with another
// content when a database is made anew, and clients would keep what is gone.
func NewVersion() int64 { return 1 + rand.Int64N(1<<52) }

// ETag names a version of a resource.
func ETag(version int64) string {
	tag := append(make([]byte, 0, 16), '"') // stays on the stack, whatever the version is
	return string(append(strconv.AppendInt(tag, version, 36), '"'))
}

// Resolve takes the headers as they are: there may be several lines of each, and
// one that is empty matches nothing.
func (c *Preconditions) Resolve(ctx huma.Context) []error {
	r, _ := humago.Unwrap(ctx)
	c.IfMatch, c.IfNoneMatch = r.Header.Values("If-Match"), r.Header.Values("If-None-Match")
	return nil
}

// Read returns nil when a GET is to be answered in full, a 304 when the client
// has this version already, and a 412 when it asked for another.
func (c Preconditions) Read(etag string) error {
	if c.IfMatch != nil && !matches(c.IfMatch, etag, false) {
		return preconditionFailed(etag)
	}
	if c.IfNoneMatch != nil && matches(c.IfNoneMatch, etag, true) {
		return NewProblem(http.StatusNotModified, "").with("ETag", etag)
	}
	return nil
}

// Write returns nil when a change may go on, else a 412.
func (c Preconditions) Write(etag string) error {
	if c.IfMatch != nil && !matches(c.IfMatch, etag, false) ||
		c.IfNoneMatch != nil && matches(c.IfNoneMatch, etag, true) {
		return preconditionFailed(etag)
	}
	return nil
}

// Require is Write for a resource that is never to be changed blindly: without
// If-Match it returns a 428 (RFC 6585, section 3).
func (c Preconditions) Require(etag string) error {
	if c.IfMatch == nil {
		return NewProblem(http.StatusPreconditionRequired,
			"Send If-Match with the ETag that you read, so that nobody's change is lost.")
	}
	return c.Write(etag)
}

func preconditionFailed(etag string) *Problem {
	return NewProblem(http.StatusPreconditionFailed,
		"The resource has changed since you read it. Read it again, then decide.").with("ETag", etag)
}

// matches compares a list of entity tags with one. The weak comparison ignores
// the mark W/; the strong one, which If-Match demands, never matches a weak tag.
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
