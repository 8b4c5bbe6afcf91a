package browsable

import (
	"fmt"
	"strings"
)

// A page repeats what it was sent, and escaping makes up to sixteen bytes of one. So the
// size of each part that it repeats is bounded, in bytes, and with it the time and the
// memory that a page takes.
const (
	// maxCrumbs is how many steps of a path are looked up.
	maxCrumbs = 32
	// maxName is what a step of the path shows.
	maxName = 200
	// maxLine is what the request line and each header show.
	maxLine = 2 << 10
	// maxAddress is the longest address that a page links to and has forms for.
	maxAddress = 8 << 10
	// maxBodyInCurl is the longest body that a command contains; it reads a longer one from
	// a file.
	maxBodyInCurl = 4 << 10
	// maxTyped is how much typed text a refused form shows again, and the largest resource
	// that a form edits.
	maxTyped = 64 << 10
	// maxTypedLine is how much a control of one line shows again.
	maxTypedLine = 4 << 10
	// maxJSON is how much HTML the JSON of an answer becomes; a thousand tweets fit.
	maxJSON = 2 << 20
	// maxLinks is how many links of an index are listed.
	maxLinks = 1000
	// maxFields is how many fields a form may send.
	maxFields = 1000
	// maxETag is the longest version that a form may send.
	maxETag = 1 << 10
)

// shorten returns the beginning of text when it is longer than most.
func shorten(text string, most int) string {
	if len(text) <= most {
		return text
	}
	return strings.ToValidUTF8(text[:most], "") + "…"
}

// ifShort returns text, or nothing when it is longer than most.
func ifShort(text string, most int) string {
	if len(text) > most {
		return ""
	}
	return text
}

// tooLong is the error of a control that does not show again what was typed.
func tooLong(typed string) string {
	return fmt.Sprintf("too long to be shown again (%d bytes)", len(typed))
}

// mostTyped is how much typed text the control shows again: more than the field takes, so
// that a user can shorten a text that is too long.
func (f *field) mostTyped() int {
	if f.MaxLength == 0 && (f.Control == "textarea" || f.Control == "json") {
		return maxTyped
	}
	return max(maxTypedLine, 4*f.MaxLength)
}
