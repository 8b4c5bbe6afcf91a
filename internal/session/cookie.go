package session

import (
	"context"
	"net/http"
	"strings"

	"example.com/templatesite/internal/web"
)

// cookieName returns the name of the cookie. Browsers accept the prefix only over HTTPS, for this host
// alone, so that neither a page without HTTPS nor another host of the domain can set it.
func cookieName(secure bool) string {
	if secure {
		return "__Host-session"
	}
	return "session"
}

// cookie returns the cookie with a secret, or one that clears it. It ends with the browser, if the
// session does not end before. The scheme is the one that the client used, as RequestInfo found out.
func cookie(ctx context.Context, secret string) *http.Cookie {
	secure := web.InfoFrom(ctx).Secure
	c := &http.Cookie{Name: cookieName(secure), Value: secret, Path: "/", Secure: secure, HttpOnly: true, SameSite: http.SameSiteLaxMode}
	if secret == "" {
		c.MaxAge = -1
	}
	return c
}

// secretOf returns what the cookie of r has as the secret, however malformed, and whether there is one.
func secretOf(r *http.Request) (secret string, found bool) {
	name := cookieName(web.InfoFrom(r.Context()).Secure)
	for _, line := range r.Header["Cookie"] {
		for pair := range strings.SplitSeq(line, ";") {
			if before, after, _ := strings.Cut(strings.TrimSpace(pair), "="); before == name {
				return after, true
			}
		}
	}
	return "", false
}

// isFromHere reports whether the browser says that it sends r for a page of this origin, or, for a read,
// for no page. Even an origin that is trusted with changes acts for itself, and not for who has signed in
// here. Behind a proxy that changes Host, only Sec-Fetch-Site can tell.
func isFromHere(r *http.Request) bool {
	if r.Header.Get("Sec-Fetch-Site") == "same-origin" {
		return true
	}
	if origin := r.Header.Get("Origin"); origin != "" {
		_, host, _ := strings.Cut(origin, "://")
		return strings.EqualFold(host, web.InfoFrom(r.Context()).Host)
	}
	switch r.Method {
	case http.MethodGet, http.MethodHead, http.MethodOptions:
		return true
	}
	return false
}

// Resume is that of web.Session. What it finds out counts for 5 seconds.
func (s *Sessions) Resume(r *http.Request) (*web.Caller, error) {
	secret, found := secretOf(r)
	if !found || !isFromHere(r) {
		return nil, nil
	}
	if !isSecret(secret) {
		return nil, web.ErrUnknownCaller
	}
	return s.callers.Find(r.Context(), web.HashSecret(secret))
}

// Clear is that of web.Session.
func (*Sessions) Clear(w http.ResponseWriter, r *http.Request) {
	http.SetCookie(w, cookie(r.Context(), ""))
}

// Start signs a caller in, whoever proved who they are: it makes a session and sets its cookie. A
// session that r has is ended, so that nobody who has planted or seen its cookie shares the new one.
func (s *Sessions) Start(w http.ResponseWriter, r *http.Request, caller *web.Caller) error {
	former, _ := secretOf(r)
	secret, err := s.create(r.Context(), caller, former)
	if err != nil {
		return err
	}
	http.SetCookie(w, cookie(r.Context(), secret))
	return nil
}

// End signs out: it ends the session of r, if there is one, and clears its cookie.
func (s *Sessions) End(w http.ResponseWriter, r *http.Request) error {
	secret, _ := secretOf(r)
	if err := s.signOut(r.Context(), secret); err != nil {
		return err
	}
	s.Clear(w, r)
	return nil
}
