package app

import (
	"errors"

	"example.com/templatesite/internal/database"
	"example.com/templatesite/internal/settings"
)

// databaseServer holds the settings that only PostgreSQL has a use for.
type databaseServer struct {
	DatabasePassword string      `secret:"all" help:"Overrides the password in the URL."`
	Environment      environment `default:"development" empty:"refused" help:"development or production. Production rejects the published development password."`
}

type environment string

// publishedPassword is that of the database of development: everyone knows it.
const publishedPassword = "development-only-password"

// addSession adds how the sessions of the service identify themselves.
func (p *program) addSession(o *database.Options) {
	o.Password, o.Program = p.config.DatabaseServer.DatabasePassword, p.service.Name
	if read := p.secretFile("DATABASE_PASSWORD"); read != nil {
		o.ReadPassword = func() (string, error) {
			password, err := read()
			if err == nil && p.config.DatabaseServer.refuses(password) {
				err = errPublished
			}
			return password, err
		}
	}
}

var errPublished = errors.New("is the published one of development, and ENVIRONMENT is production: choose another")

// refuses reports whether the password must not be used in production.
func (d databaseServer) refuses(password string) bool {
	return d.Environment == "production" && password == publishedPassword
}

// checkServer reports to s what is wrong with the server of the database, or with the password.
func (c *config) checkServer(s *settings.Source) {
	if database.CheckURL(c.DatabaseURL) != nil {
		return // it is reported already
	}
	db, err := database.Open(database.Options{URL: c.DatabaseURL, Password: c.DatabaseServer.DatabasePassword})
	if err != nil { // the error may quote the URL
		s.Problem("DATABASE_URL", errors.New("cannot be opened"))
		return
	}
	if c.DatabaseServer.Environment == "production" && db.HasPassword(publishedPassword) {
		s.Problem("DATABASE_PASSWORD", errPublished)
	}
	if err := db.Close(); err != nil {
		s.Problem("DATABASE_URL", err)
	}
}
