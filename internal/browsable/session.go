package browsable

import (
	"net/http"
	"net/url"
	"strings"

	"example.com/templatesite/internal/web"
)

// page_request.go and view.go use this file at three places: the form to sign in becomes a request with a
// credential, its answer a redirect, and a page shows who has signed in and only what they may do.
// templates/session.html defines two blocks of the page anew.

// Names of the controls of the form to sign in.
const (
	tokenName = "token"
	toName    = "to"
)

// account is what a page shows about who has signed in.
type account struct {
	// HasSignIn reports whether people can sign in at all.
	HasSignIn bool
	Caller    *web.Caller
	// SignInURL leads to the form to sign in, and from there back to the page.
	SignInURL string
	// Remedy leads to signing in because something was refused, in a new tab if the page holds what was
	// typed.
	Remedy *remedy
	// SignIn means that the page is the form to sign in, which leads To.
	SignIn bool
	To     string
	// Ways lead to where people sign in without a token, and from there to To.
	Ways []link
}

type remedy struct {
	Name, URL string
	NewTab    bool
}

func (p *pageRequest) hasSignIn() bool {
	return p.api.Operations(web.SignInPath)[http.MethodPost] != nil
}

// presentToken sends the token of the form to sign in as programs send theirs. Whatever looks at
// credentials looks at it, too. The page cannot repeat it.
func (p *pageRequest) presentToken() {
	if p.request.URL.Path != web.SignInPath || !p.hasSignIn() {
		return
	}
	p.request.Header.Set("Authorization", "Bearer "+strings.TrimSpace(p.sent.values.Get(tokenName)))
	p.sent.values.Del(tokenName)
}

// answerSession passes on the cookies of the handlers. After signing in or out it redirects, and reports
// that there is no page. Else it finds out whom the page is for.
func (p *pageRequest) answerSession(w http.ResponseWriter) (redirected bool) {
	if !p.hasSignIn() {
		return false
	}
	for _, cookie := range p.answer.header["Set-Cookie"] {
		w.Header().Add("Set-Cookie", cookie)
	}
	target := ""
	switch path := p.request.URL.Path; {
	case p.sent == nil || !p.answer.ok():
	case path == web.SignInPath:
		target = web.LocalPath(p.sent.values.Get(toName))
	case path == web.SignOutPath:
		target = "/"
	}
	if target == "" {
		p.findCaller()
		return false
	}
	w.Header().Set("Location", target)
	w.WriteHeader(http.StatusSeeOther)
	return true
}

// findCaller asks the handlers who has signed in, if the request needed no caller. If that cannot be found
// out, the page is for nobody.
func (p *pageRequest) findCaller() {
	ctx := p.request.Context()
	if p.info.Caller != nil || p.request.Header["Cookie"] == nil || p.request.URL.Path == web.SignInPath || ctx.Err() != nil {
		return
	}
	info := *p.info
	r := p.request.Clone(web.WithInfo(ctx, &info))
	r.Method, r.URL, r.Body, r.ContentLength = http.MethodGet, &url.URL{Path: web.SignInPath}, http.NoBody, 0
	p.next.ServeHTTP(&capture{to: p.answer.to, header: http.Header{}, captureAll: true}, r)
	p.info.Caller = info.Caller
}

// showAccount adds to v who has signed in, and takes from it the forms that they may not use.
func (p *pageRequest) showAccount(v *view) {
	if !p.hasSignIn() {
		return
	}
	v.account = account{HasSignIn: true, Caller: p.info.Caller}
	if p.request.URL.Path == web.SignInPath {
		v.SignIn, v.Forms = true, nil
		v.To = web.LocalPath(p.request.URL.Query().Get(toName))
		if p.sent != nil {
			v.To = web.LocalPath(p.sent.values.Get(toName))
		}
		v.Lead = "Paste your token. Sign out when you are done."
		if v.Ways = p.ways(v.To); len(v.Ways) > 0 {
			v.Lead = "Use your account, or paste a token. Sign out when you are done."
		}
		return
	}
	v.SignInURL = signInURL(p.request.URL, p.sent == nil)
	for _, f := range v.Forms {
		p.restrict(f)
	}
	p.addRemedy(v)
}

// ways are links to the ways to sign in without a token, which lead to a path.
func (p *pageRequest) ways(to string) (all []link) {
	for _, path := range p.api.Paths() {
		if op := p.api.Operations(path)[http.MethodGet]; op != nil && op.Metadata["sign-in"] == true {
			all = append(all, link{Name: op.Summary, URL: path + "?" + toName + "=" + url.QueryEscape(to)})
		}
	}
	return all
}

// restrict takes the controls from a form that the caller may not use, unless it was filled in: what was
// typed is not lost. Its card then says which scope is missing.
func (p *pageRequest) restrict(f *form) {
	if web.May(p.info.Caller, p.operations[f.Method]) {
		f.Needs = ""
		return
	}
	if !f.isSent(p.sent) {
		f.Fields, f.RawMethods, f.RawOnly, f.Note = nil, nil, true, ""
	}
}

// addRemedy says to people what a refusal says to programs.
func (p *pageRequest) addRemedy(v *view) {
	if v.Problem != nil && strings.HasPrefix(p.request.URL.Path, web.SignInPath+"/") {
		v.Remedy, v.Filter = &remedy{Name: "Sign in again", URL: signInTo(p.request.URL.Query().Get(toName))}, nil
		return
	}
	if v.Problem == nil || p.answer.header.Get("Www-Authenticate") == "" {
		return
	}
	v.Remedy = &remedy{Name: "Sign in", URL: v.SignInURL, NewTab: p.sent != nil}
	if p.info.Caller != nil {
		v.Remedy.Name = "Sign in with another token"
	} else {
		v.Problem.Detail = "You are not signed in, or not any more."
	}
	if v.Remedy.NewTab {
		v.Remedy.Name += " (new tab)"
		v.Problem.Detail += " Sign in in a new tab, then send the form here again: what you typed is still in it."
	}
}

// signInURL returns the address of the form to sign in. It leads back to u, with its query if that was
// read.
func signInURL(u *url.URL, withQuery bool) string {
	back := u.EscapedPath()
	if withQuery {
		back = u.RequestURI()
	}
	return signInTo(back)
}

// signInTo returns the address of the form to sign in, which leads to a path.
func signInTo(path string) string {
	if path = web.LocalPath(path); path == "/" {
		return web.SignInPath
	}
	return web.SignInPath + "?" + toName + "=" + url.QueryEscape(path)
}
