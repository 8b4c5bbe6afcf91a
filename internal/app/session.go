package app

import (
	"example.com/templatesite/internal/session"
	"example.com/templatesite/internal/token"
	"example.com/templatesite/internal/web"
)

// sessions returns the sessions of people on the pages, or nil if nobody is asked who they are.
func (p *program) sessions(db web.DB) *session.Sessions {
	if !p.service.Sessions || web.Authentication(p.config.Authentication) == web.AuthenticationOff {
		return nil
	}
	return session.New(db, token.New(db, p.service.Name).Confirm)
}

// addSessions registers where people sign in, and lets the API know who has.
func (p *program) addSessions(api *web.API, db web.DB) {
	if sessions := p.sessions(db); sessions != nil {
		api.SetSession(sessions.Resume)
		sessions.Routes(api)
	}
}

// withSessions adds the table of the sessions to what has migrations, unless the service has none.
func (s Service) withSessions(owners []web.Resource) []web.Resource {
	if !s.Sessions {
		return owners
	}
	return append(owners, session.Table())
}
