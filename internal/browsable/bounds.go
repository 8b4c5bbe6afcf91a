package browsable

import "strings"

// A page repeats what the client sent, and escaping turns one byte into up to sixteen. Limits
// on the size of each part, in bytes, bound the time and the memory that a page takes.
const (
	// maxCrumbs is how many steps of a path are looked up.
	maxCrumbs = 32
	// maxName is how much is shown of a step of the path, and the longest id that a link is made of.
	maxName = 200
	// maxLine is how much is shown of the request line and of each header.
	maxLine = 2 << 10
	// maxAddress is the longest URL that a page links to and has forms for.
	maxAddress = 8 << 10
	// maxBodyInCurl is the longest body that a command contains; it reads a longer one from
	// a file.
	maxBodyInCurl = 4 << 10
	// maxTyped is how much typed text a refused form shows again, and the largest resource
	// that a form edits.
	maxTyped = 64 << 10
	// maxTypedLine is how much a single-line control shows again.
	maxTypedLine = 4 << 10
	// maxJSON is the largest HTML of a response's JSON; a full page of a collection fits.
	maxJSON = 2 << 20
	// maxLinks is how many links of an index are listed.
	maxLinks = 1000
	// maxFields is how many fields a form may send.
	maxFields = 1000
	// maxETag is the longest ETag that a form may send.
	maxETag = 1 << 10
)

// shorten returns the beginning of a text that is longer than limit.
func shorten(text string, limit int) string {
	if len(text) <= limit {
		return text
	}
	return strings.ToValidUTF8(text[:limit], "") + "…"
}

// ifShort returns text, or nothing when it is longer than limit.
func ifShort(text string, limit int) string {
	if len(text) > limit {
		return ""
	}
	return text
}
