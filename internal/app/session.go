package app

import (
	"example.com/templatesite/internal/session"
	"example.com/templatesite/internal/token"
	"example.com/templatesite/internal/web"
)

// sessionRecorder is what a Service is if it can record who signs in and out.
type sessionRecorder interface {
	recordSession(db web.DB) session.OnChange
}

// addSessions lets people sign in and out, and the API know who has. If nobody is asked who they are,
// nobody signs in.
func (p *program) addSessions(api *web.API, s parts) {
	if !p.service.Sessions || web.Authentication(p.config.Authentication) == web.AuthenticationOff {
		return
	}
	db := s.db.DB
	sessions := session.New(db, token.New(db, p.service.Name).Confirm)
	if r, ok := any(p.service).(sessionRecorder); ok {
		sessions.OnChange(r.recordSession(db))
	}
	p.addSignIn(s.provider, sessions) // feature: oidc
	api.SetSession(sessions)
	sessions.Routes(api)
}

// withSessions adds the table of the sessions to what has migrations, unless the service has none.
func (s Service) withSessions(owners []web.Resource) []web.Resource {
	if !s.Sessions {
		return owners
	}
	return append(owners, session.Table())
}
