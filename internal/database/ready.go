package database

import (
	"context"
	"errors"
	"fmt"

	"example.com/templatesite/internal/web"
)

// Ready checks whether the database answers and has the schema of the program. err is why
// requests cannot be served. advice may be public: what to do about pending migrations, or a
// warning. There are two warnings, with which the service stays ready: the database is ahead,
// because a newer program has to run beside this one, or it cannot be changed, while reads
// still succeed. If they made the service unready, all replicas would stop at once.
func (db *DB) Ready(ctx context.Context, resources []web.Resource) (advice string, err error) {
	_, pending, ahead, err := db.Count(ctx, resources)
	if err != nil {
		return "", err
	}
	switch {
	case pending > 0:
		advice = fmt.Sprintf("migrations are pending (%d): run `app migrate`", pending)
		if err := db.Obstacle(ctx, resources); err != nil {
			advice = fmt.Sprintf("migrations are pending (%d), and cannot be applied: `app migrate --status` says why", pending)
			return advice, fmt.Errorf("%s: %w", advice, err)
		}
		return advice, errors.New(advice)
	case ahead > 0:
		advice = fmt.Sprintf("the database is ahead of this program, by migrations that it does not know (%d)", ahead)
	}
	unwritable, err := db.unwritable(ctx)
	if advice != "" && unwritable != "" {
		advice += "; "
	}
	return advice + unwritable, err
}

// Count returns how many migrations the database has, how many it lacks, and how
// many it has that the program does not know.
func (db *DB) Count(ctx context.Context, resources []web.Resource) (applied, pending, ahead int, err error) {
	migrations, err := db.Status(ctx, resources)
	for _, m := range migrations {
		switch {
		case !m.Applied:
			pending++
		case m.Name == "":
			ahead++
		default:
			applied++
		}
	}
	return applied, pending, ahead, err
}
