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

// minCompressed is the size in bytes of the smallest response that is compressed. Smaller
// ones fit into one packet anyway.
const minCompressed = 1024

// gzipSuffix ends the ETag of a compressed response, which is a separate representation
// (RFC 9110, section 8.8.3). Handlers never see it.
const gzipSuffix = `-gzip"`

// vary is shared by all responses.
var vary = []string{"Accept-Encoding"}

// Compress sends text as gzip to clients that accept it. It does not compress small
// responses, responses that are encoded already, and responses to requests with credentials:
// the compressed size can reveal a secret to an attacker that controls a part of the response
// (BREACH).
func Compress() web.Middleware {
	wrap, err := gzhttp.NewWrapper(
		gzhttp.MinSize(minCompressed), gzhttp.CompressionLevel(gzip.BestSpeed), gzhttp.EnableZstd(false),
		gzhttp.ContentTypeFilter(isText), gzhttp.SuffixETag("-gzip"))
	if err != nil {
		panic(err) // the options are constants
	}
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			clientTags := stripSuffix(r.Header)
			switch {
			case r.Method != http.MethodGet && r.Method != http.MethodHead:
				next.ServeHTTP(w, r)
			case r.Header["Accept-Encoding"] == nil, r.Header["Cookie"] != nil, r.Header["Authorization"] != nil:
				w.Header()["Vary"] = vary
				next.ServeHTTP(w, r)
			default:
				// The wrapper ignores HEAD, but its header must be that of a GET.
				get := *r
				get.Method = http.MethodGet
				wrap(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
					// The wrapper holds back the first bytes, but Recover must know at once that
					// a response has begun. The outer recorder counts the bytes.
					next.ServeHTTP(&recorder{w, web.InfoFrom(r.Context()), true}, r)
				})).ServeHTTP(&suffixRestorer{w, clientTags}, &get)
			}
		})
	}
}

// isText reports whether responses of this type are compressed. A stream of events is not:
// flushing each event would leave little to compress.
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

// stripSuffix removes gzipSuffix from the ETags of a conditional request, and returns those
// of If-None-Match as the client sent them.
func stripSuffix(header http.Header) (ifNoneMatch string) {
	for _, name := range []string{"If-Match", "If-None-Match"} {
		list := header[name]
		for i, tags := range list {
			if !strings.Contains(tags, gzipSuffix) {
				continue
			}
			list[i] = strings.ReplaceAll(tags, gzipSuffix, `"`)
			if name == "If-None-Match" {
				ifNoneMatch += tags
			}
		}
	}
	return ifNoneMatch
}

// suffixRestorer restores gzipSuffix in a 304, which must have the ETag that the client sent.
type suffixRestorer struct {
	http.ResponseWriter
	ifNoneMatch string
}

func (w *suffixRestorer) WriteHeader(status int) {
	if status == http.StatusNotModified {
		etag := strings.TrimSuffix(w.Header().Get("ETag"), `"`) + gzipSuffix
		if strings.Contains(w.ifNoneMatch, etag) {
			w.Header().Set("ETag", etag)
		}
	}
	w.ResponseWriter.WriteHeader(status)
}

// Flush sends what has been written so far. Like Hijack, it is here because the compressing
// writer does not use Unwrap.
func (w *suffixRestorer) Flush() { _ = http.NewResponseController(w.ResponseWriter).Flush() }

// Hijack hands the connection over.
func (w *suffixRestorer) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	return http.NewResponseController(w.ResponseWriter).Hijack()
}

func (w *suffixRestorer) Unwrap() http.ResponseWriter { return w.ResponseWriter }
