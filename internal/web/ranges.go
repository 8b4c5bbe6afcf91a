package web

import (
	"net/http"
	"regexp"
)

var (
	// plainRange is one range of bytes whose numbers fit into an int64.
	plainRange = regexp.MustCompile(`^bytes=([0-9]{1,18}-[0-9]{0,18}|-[0-9]{1,18})$`)
	// lastZero asks for the last 0 bytes, which no content can satisfy.
	lastZero = regexp.MustCompile(`^bytes=-0+$`)
	// beyond is a range that no content can satisfy and that http.ServeContent understands.
	beyond = []string{"bytes=999999999999999999-"}
)

// keepPlainRange removes the Range header unless the request is a GET for one range of bytes.
// The response is then the whole content, which RFC 9110, section 14.2, allows for any range and
// demands for unknown units. With several ranges, the response to a request for a small file
// could become large. "Bytes=0-5" is ignored, too: names of units are case-insensitive (14.1),
// but all clients write them in lower case.
func keepPlainRange(r *http.Request) {
	ranges := r.Header["Range"]
	switch {
	case ranges == nil:
	case r.Method != http.MethodGet, len(ranges) > 1, !plainRange.MatchString(ranges[0]):
		delete(r.Header, "Range")
	case lastZero.MatchString(ranges[0]):
		r.Header["Range"] = beyond
	}
}
