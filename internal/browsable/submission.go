package browsable

import (
	"bytes"
	"errors"
	"mime"
	"net/http"
	"net/url"
	"unicode/utf8"

	"example.com/templatesite/internal/web"
)

// Names of controls that are not fields: the method that the form stands for, the ETag
// that it was made for, and the body, if it was typed as JSON.
const (
	methodName  = "_method"
	etagName    = "_etag"
	contentName = "_content"
)

// submission is a form as the browser sent it.
type submission struct {
	method, etag string
	values       url.Values
	// raw means that the body was typed as JSON.
	raw bool
	// body is the JSON that the handlers get.
	body string
}

func isForm(r *http.Request) bool {
	mediaType, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	return r.Method == http.MethodPost && err == nil && mediaType == "application/x-www-form-urlencoded"
}

func parseForm(data []byte) (*submission, *web.Problem) {
	unreadable := web.NewProblem(http.StatusBadRequest, "The form could not be read.")
	if bytes.Count(data, []byte{'&'}) >= maxFields {
		return nil, unreadable.WithCause(errors.New("it has too many fields"))
	}
	values, err := url.ParseQuery(string(data))
	if err != nil {
		return nil, unreadable.WithCause(err)
	}
	for _, all := range values {
		if !utf8.ValidString(all[0]) {
			return nil, unreadable.WithCause(errors.New("it is not UTF-8"))
		}
	}
	if len(values.Get(etagName)) > maxETag {
		return nil, unreadable.WithCause(errors.New("its ETag is too long"))
	}
	sent := &submission{method: http.MethodPost, etag: values.Get(etagName), values: values, raw: values.Has(contentName)}
	switch method := values.Get(methodName); method {
	case http.MethodPut, http.MethodPatch, http.MethodDelete:
		sent.method = method
	case "", http.MethodPost:
	default:
		return nil, web.NewProblem(http.StatusBadRequest, "The _method of a form must be POST, PUT, PATCH or DELETE.")
	}
	return sent, nil
}
