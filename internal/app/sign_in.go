package app

import (
	"example.com/templatesite/internal/oidc"
	"example.com/templatesite/internal/session"
)

// addSignIn lets people sign in at the provider, if the settings name the service as its client.
func (p *program) addSignIn(provider provider, sessions *session.Sessions) {
	if p.config.OIDC.SignIn.ClientID == "" || provider.Provider == nil {
		return
	}
	signIn := oidc.NewSignIn(provider.Provider, sessions.Start, p.secretFile("OIDC_CLIENT_SECRET"))
	sessions.AddWay(&session.Way{Prefix: oidc.CallerPrefix, Confirm: signIn.Confirm, Routes: signIn.Routes})
}
