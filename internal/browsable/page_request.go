package browsable

import (
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/go-json-experiment/json/jsontext"

	"example.com/templatesite/internal/web"
)

// A GET passes through the handlers once, and its response becomes the page. A form may pass
// up to three times:
//
//	POST /book/1  _method=PATCH&_etag="7"&pages=352
//	│
//	servePage       reads the body
//	└─ submit       parses it (submission.go): method, ETag, values
//	   ├─ jsonBody  makes JSON of the values (encode.go); for a PATCH, of what differs from
//	   │            1. GET /book/1                    readResource: the current resource
//	   ├─           2. PATCH /book/1, If-Match: "7"   the change: {"pages":352}
//	   └─ if the response is a 412, because the resource has changed:
//	                3. GET /book/1                    readResource: to compare it with the form
//	│
//	├─ it worked:   redirect with a 303, and a notice in a cookie
//	└─ else:        render the page of the response, with the form as it was filled in
//
// Only the second request counts as the client's: the two reads use copies of its web.Info, so
// that the log and the metrics show one request, with the status of the change.

// site holds what all pages share.
type site struct {
	api     *web.API
	schemas schemas
	// renderLimit bounds how many pages are rendered at the same time: rendering one takes
	// ten times the memory of what it shows.
	renderLimit *web.Limiter
	assets      assets
}

// pageRequest is one request for a page.
type pageRequest struct {
	*site
	next http.Handler
	// request is what the handlers see.
	request *http.Request
	info    *web.Info
	// operations are the operations of the path, by method.
	operations map[string]*huma.Operation
	answer     *capture
	// sent is the form in the request, or nil.
	sent *submission
	// current is the resource as it is now, if the form was made for an older version.
	current *capture
	// notice says what the previous form did.
	notice string
}

func (s *site) servePage(w http.ResponseWriter, r *http.Request, next http.Handler) {
	operations := s.api.Operations(s.api.Match(r))
	isAPI := answersJSON(operations, r.Method)
	p := &pageRequest{
		site: s, next: next, operations: operations, answer: &capture{to: w, header: w.Header().Clone(), isAPI: isAPI},
		request: forHandlers(r, operations, isAPI), info: web.InfoFrom(r.Context()),
	}
	p.info.URL = p.request.URL // links in the response are made from it, and must not repeat ?format=
	if isForm(r) {
		p.answer.captureAll = true
		data, done, problem := s.api.ReadBody(w, p.request)
		// The page shows what was typed, so the body stays in memory until the page is sent.
		defer done()
		p.submit(data, problem)
	} else {
		next.ServeHTTP(p.answer, p.request)
	}
	p.answer.begin()
	if p.answer.passed {
		return
	}
	if p.answerSession(w) { // feature: sessions
		return
	}
	if target, done := p.redirect(); target != "" {
		setNotice(w, done, p.info.Secure)
		w.Header().Set("Location", target)
		w.WriteHeader(http.StatusSeeOther)
		return
	}
	if r.Method == http.MethodHead {
		p.request.Method = http.MethodGet // a HEAD has the header of the page for a GET
	}
	p.notice = takeNotice(w, r, p.info.Secure)
	p.render(w)
}

// submit sends to the handlers the request that a form stands for, unless the form cannot
// be read.
func (p *pageRequest) submit(data []byte, problem *web.Problem) {
	var sent *submission
	if problem == nil {
		sent, problem = parseForm(data)
	}
	if problem != nil {
		web.WriteProblem(p.answer, p.request, problem)
		return
	}
	p.sent = sent
	p.presentToken() // feature: sessions
	p.request.Method = sent.method
	p.request.Body, p.request.ContentLength = http.NoBody, 0
	p.request.Header.Del("Content-Type")
	if sent.etag != "" {
		p.request.Header.Set("If-Match", sent.etag)
	}
	if op := p.operations[sent.method]; op != nil && op.RequestBody != nil {
		sent.body = p.jsonBody(op)
		p.request.Body, p.request.ContentLength = io.NopCloser(strings.NewReader(sent.body)), int64(len(sent.body))
		p.request.Header.Set("Content-Type", "application/json")
	}
	p.next.ServeHTTP(p.answer, p.request)
	if p.answer.status == http.StatusPreconditionFailed {
		p.current = p.readResource()
	}
}

// jsonBody returns the JSON that the form stands for. A patch contains only what differs
// from the current resource.
func (p *pageRequest) jsonBody(op *huma.Operation) string {
	if p.sent.raw {
		return p.sent.values.Get(contentName)
	}
	fields := p.schemas.fields(op)
	body := encode(fields, p.sent.values)
	if p.sent.method == http.MethodPatch {
		var before jsontext.Value
		if current := p.readResource(); current != nil {
			before = writable(fields, current.body.Bytes())
		}
		body = mergePatch(before, body)
	}
	return string(body)
}

// readResource gets the current resource from the handlers. It returns nil if the resource
// cannot be read.
func (p *pageRequest) readResource() *capture {
	info := *p.info
	r := p.request.Clone(web.WithInfo(p.request.Context(), &info))
	r.Method, r.Body, r.ContentLength = http.MethodGet, http.NoBody, 0
	r.Header.Del("If-Match")
	r.Header.Del("Content-Type")
	current := &capture{to: p.answer.to, header: http.Header{}, captureAll: true}
	p.next.ServeHTTP(current, r)
	if !current.ok() {
		return nil
	}
	return current
}

// redirect returns the URL that follows a successful form and what the form did, or empty
// strings. If the form were answered with a page, reloading that page would send it again.
func (p *pageRequest) redirect() (target, done string) {
	if p.sent == nil || !p.answer.ok() {
		return "", ""
	}
	switch p.sent.method {
	case http.MethodDelete:
		crumbs := p.crumbs()
		for i := len(crumbs) - 2; i >= 0; i-- {
			if crumbs[i].URL != "" {
				return crumbs[i].URL, "deleted"
			}
		}
	case http.MethodPut, http.MethodPatch:
		return p.request.URL.EscapedPath(), "saved"
	case http.MethodPost:
		// Only path and query: behind a proxy that is not trusted, scheme and host may not
		// be those that the browser uses.
		if location, err := url.Parse(p.answer.header.Get("Location")); err == nil && location.Path != "" {
			return location.RequestURI(), "created"
		}
	}
	return "", ""
}

// notices tell the user what a form did. The cookie holds only the key, so that a forged
// cookie cannot put a text on a page.
var notices = map[string]string{"created": "Created.", "saved": "Saved.", "deleted": "Deleted."}

const noticeCookie = "notice"

func setNotice(w http.ResponseWriter, done string, secure bool) {
	http.SetCookie(w, &http.Cookie{Name: noticeCookie, Value: done, Path: "/", MaxAge: 30, Secure: secure, HttpOnly: true, SameSite: http.SameSiteLaxMode})
}

// takeNotice returns the text of the notice and deletes its cookie.
func takeNotice(w http.ResponseWriter, r *http.Request, secure bool) string {
	cookie, err := r.Cookie(noticeCookie)
	if err != nil {
		return ""
	}
	http.SetCookie(w, &http.Cookie{Name: noticeCookie, Path: "/", MaxAge: -1, Secure: secure, HttpOnly: true, SameSite: http.SameSiteLaxMode})
	return notices[cookie.Value]
}
