package browsable

import (
	"bytes"
	"errors"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"unicode/utf8"

	"github.com/danielgtaylor/huma/v2"
	"github.com/go-json-experiment/json/jsontext"

	"example.com/templatesite/internal/web"
)

// Names of a form that are no fields: the method that it stands for, the ETag that
// it was made for, and the body, when that was typed as a whole.
const (
	methodName  = "_method"
	etagName    = "_etag"
	contentName = "_content"
)

// submission is a form that was sent.
type submission struct {
	method, etag string
	values       url.Values
	// raw says that the body was typed as a whole.
	raw bool
	// body is the JSON that was sent on.
	body string
}

func isForm(r *http.Request) bool {
	mediaType, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	return r.Method == http.MethodPost && err == nil && mediaType == "application/x-www-form-urlencoded"
}

// parseForm reads what a form has sent.
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
		return nil, unreadable.WithCause(errors.New("its version is too long"))
	}
	sent := &submission{method: http.MethodPost, etag: values.Get(etagName), values: values, raw: values.Has(contentName)}
	switch method := values.Get(methodName); method {
	case http.MethodPut, http.MethodPatch, http.MethodDelete:
		sent.method = method
	case "", http.MethodPost:
	default:
		return nil, web.NewProblem(http.StatusBadRequest, "A form stands for POST, PUT, PATCH or DELETE.")
	}
	return sent, nil
}

// isOf reports whether f is the form that was sent.
func (s *submission) isOf(f *form) bool {
	return s != nil && (s.method == f.Method || slices.Contains(f.RawMethods, s.method))
}

// body returns the JSON that the form stands for. A patch says what differs from what
// there is.
func (v *visit) body(op *huma.Operation) string {
	if v.sent.raw {
		return v.sent.values.Get(contentName)
	}
	fields := v.fields(op)
	body := encode(fields, v.sent.values)
	if v.sent.method == http.MethodPatch {
		var before jsontext.Value
		if now := v.read(); now != nil {
			before = writable(fields, now.body.Bytes())
		}
		body = mergePatch(before, body)
	}
	return string(body)
}
