package app

import (
	"errors"

	"example.com/templatesite/internal/database"
	"example.com/templatesite/internal/settings"
)

// postgresSettings are the settings that only PostgreSQL has a use for.
type postgresSettings struct {
	DatabasePassword string      `secret:"all" help:"Overrides the password in the URL."`
	Environment      environment `default:"development" empty:"refused" help:"development or production. Production rejects the published development password."`
}

type environment string

// publishedPassword is the one in docker/db/password.development.
const publishedPassword = "development-only-password"

// check reports to s a password that everyone knows.
func (p *postgresSettings) check(s *settings.Source, db *database.DB) {
	if p.Environment == "production" && db.HasPassword(publishedPassword) {
		s.Problem("DATABASE_PASSWORD", errors.New("is the published one of development, and ENVIRONMENT is production: choose another"))
	}
}
