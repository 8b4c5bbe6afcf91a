// feature: check

package app

import (
	"example.com/templatesite/internal/check"
	"example.com/templatesite/internal/database"
)

// postgres returns how the service connects to PostgreSQL, if it does.
func (c *config) postgres(db *database.DB) check.Postgres {
	if db.Engine != database.Postgres {
		return check.Postgres{}
	}
	server := c.DatabaseServer
	return check.Postgres{URL: c.DatabaseURL, Password: server.DatabasePassword, Published: publishedPassword, Production: server.Environment == "production"}
}
