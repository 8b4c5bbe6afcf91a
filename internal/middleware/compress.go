package middleware

import (
	"bufio"
	"compress/gzip"
	"net"
	"net/http"
	"strings"

	"github.com/klauspost/compress/gzhttp"

	"example.com/templatesite/internal/web"
)

// minCompressed is the size in bytes from which on an answer is compressed: less
// fits into one packet anyway.
const minCompressed = 1024

// gzipSuffix marks the ETag of a compressed answer, which is another
// representation (RFC 9110, section 8.8.3). The handlers never see it.
const gzipSuffix = `-gzip"`

// varies is made once for all answers.
var varies = []string{"Accept-Encoding"}

// Compress sends texts as gzip to clients that take it. It leaves alone what is
// small, what has a coding already, and every answer to a request that shows who
// it is from: how well an answer shrinks can tell what is in it, when somebody
// else has a say in a part of it (BREACH).
func Compress() web.Middleware {
	wrap, err := gzhttp.NewWrapper(
		gzhttp.MinSize(minCompressed), gzhttp.CompressionLevel(gzip.BestSpeed), gzhttp.EnableZstd(false),
		gzhttp.ContentTypeFilter(isText), gzhttp.SuffixETag("-gzip"))
	if err != nil {
		panic(err) // the options are constants
	}
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			known := unmark(r.Header)
			switch {
			case r.Method != http.MethodGet && r.Method != http.MethodHead:
				next.ServeHTTP(w, r)
			case r.Header["Accept-Encoding"] == nil, r.Header["Cookie"] != nil, r.Header["Authorization"] != nil:
				w.Header()["Vary"] = varies
				next.ServeHTTP(w, r)
			default:
				// The wrapper would pass over a HEAD, whose header is to be that of a GET.
				get := *r
				get.Method = http.MethodGet
				wrap(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
					// The wrapper holds back what is little. Recover has to know at once
					// that an answer has begun; the bytes are counted when they are sent.
					next.ServeHTTP(&recorder{w, web.InfoFrom(r.Context()), true}, r)
				})).ServeHTTP(&marker{w, known}, &get)
			}
		})
	}
}

// isText reports whether a type gets smaller. A stream of events does, but would
// have to be flushed all the time.
func isText(contentType string) bool {
	name, _, _ := strings.Cut(contentType, ";")
	switch {
	case name == "text/event-stream":
		return false
	case strings.HasPrefix(name, "text/"), name == "image/svg+xml":
		return true
	}
	for _, ending := range []string{"json", "xml", "yaml"} {
		if strings.HasPrefix(name, "application/") && strings.HasSuffix(name, ending) {
			return true
		}
	}
	return false
}

// unmark removes the mark from the ETags of a conditional request, and returns
// those of If-None-Match as they were.
func unmark(header http.Header) (known string) {
	for _, name := range []string{"If-Match", "If-None-Match"} {
		list := header[name]
		for i, tags := range list {
			if !strings.Contains(tags, gzipSuffix) {
				continue
			}
			list[i] = strings.ReplaceAll(tags, gzipSuffix, `"`)
			if name == "If-None-Match" {
				known += tags
			}
		}
	}
	return known
}

// marker puts the mark back into a 304, which must have the ETag that the client
// knows.
type marker struct {
	http.ResponseWriter
	known string
}

func (w *marker) WriteHeader(status int) {
	if status == http.StatusNotModified {
		etag := strings.TrimSuffix(w.Header().Get("ETag"), `"`) + gzipSuffix
		if strings.Contains(w.known, etag) {
			w.Header().Set("ETag", etag)
		}
	}
	w.ResponseWriter.WriteHeader(status)
}

// Flush and Hijack reach the connection, which the compressing writer does not
// look for behind Unwrap.
func (w *marker) Flush() { _ = http.NewResponseController(w.ResponseWriter).Flush() }

// Hijack hands the connection over.
func (w *marker) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	return http.NewResponseController(w.ResponseWriter).Hijack()
}

func (w *marker) Unwrap() http.ResponseWriter { return w.ResponseWriter }
