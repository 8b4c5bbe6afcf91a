package web

import (
	"maps"
	"mime"
	"net/http"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"
)

// accepts reports whether the operation documents the media type of the body. A body without
// a Content-Type, as a simple script sends it, is read as JSON.
func accepts(op *huma.Operation, header http.Header) bool {
	compressed := func(coding string) bool { return coding != "" && !strings.EqualFold(coding, "identity") }
	if slices.ContainsFunc(header.Values("Content-Encoding"), compressed) || len(header.Values("Content-Type")) > 1 {
		return false
	}
	contentType := header.Get("Content-Type")
	if _, documented := op.RequestBody.Content[contentType]; documented || contentType == "" {
		return true
	}
	mediaType, params, err := mime.ParseMediaType(contentType)
	_, documented := op.RequestBody.Content[mediaType]
	return err == nil && documented && isUTF8(params["charset"])
}

// isUTF8 also accepts utf8, a common and unambiguous misspelling.
func isUTF8(charset string) bool {
	return charset == "" || strings.EqualFold(charset, "utf-8") || strings.EqualFold(charset, "utf8")
}

// unsupported returns the problem that names the media types of the operation.
func unsupported(op *huma.Operation) *Problem {
	types := slices.Sorted(maps.Keys(op.RequestBody.Content))
	p := NewProblem(http.StatusUnsupportedMediaType, "The body must be "+strings.Join(types, " or ")+" in UTF-8, not compressed.").
		with("Accept", strings.Join(types, ", "))
	if name := acceptHeader(op.Method); name != "" {
		p = p.with(name, strings.Join(types, ", "))
	}
	return p
}

// acceptHeader is the header that names the media types that a method accepts: RFC 5789,
// section 3.1, and the Linked Data Platform, section 7.1. There is none for PUT.
func acceptHeader(method string) string {
	switch method {
	case http.MethodPatch:
		return "Accept-Patch"
	case http.MethodPost:
		return "Accept-Post"
	}
	return ""
}
