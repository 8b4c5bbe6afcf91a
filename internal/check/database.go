package check

import (
	"context"
	"database/sql"
	"errors"
)

var databaseChecks = []Check{
	{"database.unreachable", Error, Always, "Start the database, or correct DATABASE_URL and the password.", unreachable},
	{"migrations.pending", Error, Always, "Run app migrate: until then, the service is not ready.", pendingMigrations},
	{"migrations.ahead", Warning, Always, "Deploy the version that the database was migrated for, unless it is about to follow.", migrationsAhead},
}

var errUnreachable = errors.New("the database cannot be reached")

func unreachable(_ context.Context, s *Subject) (string, error) {
	if err := s.reached(); err != nil {
		return err.Error(), nil
	}
	return "", nil
}

// ask asks the database: the query returns what is wrong as a text, or no row.
func (s *Subject) ask(ctx context.Context, query string, arguments ...any) (wrong string, err error) {
	if s.reached() != nil {
		return "", errUnreachable
	}
	err = s.DB.QueryRowContext(ctx, query, arguments...).Scan(&wrong)
	if errors.Is(err, sql.ErrNoRows) {
		return "", nil
	}
	return wrong, err
}

func pendingMigrations(ctx context.Context, s *Subject) (string, error) {
	if s.reached() != nil {
		return "", errUnreachable
	}
	pending, _, err := s.Count(ctx)
	return when(pending > 0, "the database lacks migrations: %d", pending), err
}

func migrationsAhead(ctx context.Context, s *Subject) (string, error) {
	if s.reached() != nil {
		return "", errUnreachable
	}
	_, ahead, err := s.Count(ctx)
	return when(ahead > 0, "the database has migrations that this program does not know: %d", ahead), err
}
