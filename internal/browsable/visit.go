package browsable

import (
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"example.com/templatesite/internal/web"
)

// visit is one request for a page.
type visit struct {
	*site
	next http.Handler
	// request is what the handlers see.
	request    *http.Request
	info       *web.Info
	operations map[string]*huma.Operation
	answer     *capture
	// sent is the form that was sent, if one was.
	sent *submission
	// now is the resource as somebody else left it, when the change that was sent
	// meant an older version.
	now *capture
	// notice is what the change before this visit did.
	notice string
}

func (s *site) visit(w http.ResponseWriter, r *http.Request, next http.Handler) {
	operations := s.api.Operations(s.api.Match(r))
	data := answersJSON(operations, r.Method)
	v := &visit{
		site: s, next: next, operations: operations, answer: &capture{to: w, header: w.Header().Clone(), data: data},
		request: asJSON(r, operations, data), info: web.InfoFrom(r.Context()),
	}
	if isForm(r) {
		v.answer.all = true
		data, done, problem := s.api.ReadBody(w, v.request)
		// Until its page is sent, what was typed takes memory, as that shows it.
		defer done()
		v.submit(data, problem)
	} else {
		next.ServeHTTP(v.answer, v.request)
	}
	v.answer.begin()
	if v.answer.passed {
		return
	}
	if target, done := v.target(); target != "" {
		leaveNotice(w, done, v.info.Secure)
		w.Header().Set("Location", target)
		w.WriteHeader(http.StatusSeeOther)
		return
	}
	if r.Method == http.MethodHead {
		v.request.Method = http.MethodGet // HEAD answers with the header of that page
	}
	v.notice = takeNotice(w, r, v.info.Secure)
	v.render(w)
}

// submit sends on what a form stands for, unless it could not be read.
func (v *visit) submit(data []byte, problem *web.Problem) {
	var sent *submission
	if problem == nil {
		sent, problem = parseForm(data)
	}
	if problem != nil {
		web.WriteProblem(v.answer, v.request, problem)
		return
	}
	v.sent = sent
	v.request.Method = sent.method
	v.request.Body, v.request.ContentLength = http.NoBody, 0
	v.request.Header.Del("Content-Type")
	if sent.etag != "" {
		v.request.Header.Set("If-Match", sent.etag)
	}
	if op := v.operations[sent.method]; op != nil && op.RequestBody != nil {
		sent.body = v.body(op)
		v.request.Body, v.request.ContentLength = io.NopCloser(strings.NewReader(sent.body)), int64(len(sent.body))
		v.request.Header.Set("Content-Type", "application/json")
	}
	v.next.ServeHTTP(v.answer, v.request)
	if v.answer.status == http.StatusPreconditionFailed {
		v.now = v.read()
	}
}

// read asks the handlers for the resource as it is now, and returns nil when it
// cannot be read.
func (v *visit) read() *capture {
	info := *v.info
	r := v.request.Clone(web.WithInfo(v.request.Context(), &info))
	r.Method, r.Body, r.ContentLength = http.MethodGet, http.NoBody, 0
	r.Header.Del("If-Match")
	r.Header.Del("Content-Type")
	now := &capture{to: v.answer.to, header: http.Header{}, all: true}
	v.next.ServeHTTP(now, r)
	if !now.ok() {
		return nil
	}
	return now
}

// target is where a form that did its work leads, and what it did, or nothing. A
// page that answers a form itself would send it again when it is loaded again.
func (v *visit) target() (path, done string) {
	if v.sent == nil || !v.answer.ok() {
		return "", ""
	}
	switch v.sent.method {
	case http.MethodDelete:
		crumbs := v.crumbs()
		for i := len(crumbs) - 2; i >= 0; i-- {
			if crumbs[i].URL != "" {
				return crumbs[i].URL, "deleted"
			}
		}
	case http.MethodPut, http.MethodPatch:
		return v.request.URL.EscapedPath(), "saved"
	case http.MethodPost:
		// Only the path: behind a proxy that is not trusted, the rest may differ from
		// what the browser sees.
		if location, err := url.Parse(v.answer.header.Get("Location")); err == nil && location.Path != "" {
			return location.RequestURI(), "created"
		}
	}
	return "", ""
}

// notices are what a page says of the change before it; the cookie holds the name.
var notices = map[string]string{"created": "Created.", "saved": "Saved.", "deleted": "Deleted."}

const noticeCookie = "notice"

func leaveNotice(w http.ResponseWriter, done string, secure bool) {
	http.SetCookie(w, &http.Cookie{Name: noticeCookie, Value: done, Path: "/", MaxAge: 30, Secure: secure, HttpOnly: true, SameSite: http.SameSiteLaxMode})
}

func takeNotice(w http.ResponseWriter, r *http.Request, secure bool) string {
	cookie, err := r.Cookie(noticeCookie)
	if err != nil {
		return ""
	}
	http.SetCookie(w, &http.Cookie{Name: noticeCookie, Path: "/", MaxAge: -1, Secure: secure, HttpOnly: true, SameSite: http.SameSiteLaxMode})
	return notices[cookie.Value]
}
