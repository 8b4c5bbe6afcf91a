package browsable

import (
	"fmt"
	"strings"
)

// A page repeats what it was sent, and escapes it, which makes a byte up to sixteen. So
// the size of what it repeats is bounded, in bytes, and with it the time and the
// memory that a page takes.
const (
	// maxCrumbs is how many steps of a path are looked up.
	maxCrumbs = 32
	// maxName is what a step of the path shows.
	maxName = 200
	// maxLine is what the request line and each header show.
	maxLine = 2 << 10
	// maxAddress is the length of an address up to which the page links to it, and has
	// forms for it.
	maxAddress = 8 << 10
	// maxBodyInCurl is the length of a body up to which a command holds it.
	maxBodyInCurl = 4 << 10
	// maxTyped is what a form that was refused shows again of all that was typed into
	// it, and the size of a resource up to which a form edits it.
	maxTyped = 64 << 10
	// maxTypedLine is what a control of one line shows again.
	maxTypedLine = 4 << 10
	// maxJSON is the HTML that JSON may become; a thousand tweets fit.
	maxJSON = 2 << 20
	// maxLinks is how many links of an answer become lists.
	maxLinks = 1000
	// maxFields is how many fields a form may send.
	maxFields = 1000
	// maxETag is the length of the version that a form may be for.
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

// tooLong is what a form says in place of what it does not show again.
func tooLong(typed string) string {
	return fmt.Sprintf("too long to be shown again (%d bytes)", len(typed))
}

// mostTyped is how much of what was typed into the control is shown again: more than
// the field takes, so that who has typed too much can cut it.
func (f *field) mostTyped() int {
	if f.MaxLength == 0 && (f.Control == "textarea" || f.Control == "json") {
		return maxTyped
	}
	return max(maxTypedLine, 4*f.MaxLength) // which counts double already
}
