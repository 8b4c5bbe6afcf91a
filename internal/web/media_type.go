package web

import (
	"maps"
	"mime"
	"net/http"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"
)

// takes compares what the header says of the body with what the operation
// documents. No Content-Type at all is taken for JSON, as a plain script would mean
// it.
func takes(op *huma.Operation, header http.Header) bool {
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

// isUTF8 takes the common misspelling, too: it can mean nothing else.
func isUTF8(charset string) bool {
	return charset == "" || strings.EqualFold(charset, "utf-8") || strings.EqualFold(charset, "utf8")
}

// unsupported names what the operation takes.
func unsupported(op *huma.Operation) *Problem {
	types := slices.Sorted(maps.Keys(op.RequestBody.Content))
	p := NewProblem(http.StatusUnsupportedMediaType, "The body must be "+strings.Join(types, " or ")+" in UTF-8, not compressed.").
		with("Accept", strings.Join(types, ", "))
	if name := acceptHeader(op.Method); name != "" {
		p = p.with(name, strings.Join(types, ", "))
	}
	return p
}

// acceptHeader is the header that names the media types of a method's body: RFC 5789,
// section 3.1, and the Linked Data Platform, section 7.1. PUT has none.
func acceptHeader(method string) string {
	switch method {
	case http.MethodPatch:
		return "Accept-Patch"
	case http.MethodPost:
		return "Accept-Post"
	}
	return ""
}
