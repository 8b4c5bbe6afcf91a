package database

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"example.com/templatesite/internal/web"
)

// Ready asks whether the database answers and has the program's schema. advice
// is for anyone to see: what to run when migrations are pending, which may be what says
// why they cannot be applied, or that the
// database is ahead of the program, which is served, as a newer program made it
// so and has to live beside this one, or that it cannot be changed, which is served,
// too: all replicas would otherwise stop to answer what they can. err is why it cannot
// be served.
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

// AdvanceSequence leaves the sequence that makes table's ids at the highest id,
// or where it is when it is beyond: an id is never given twice. SQLite does so
// by itself.
func (db *DB) AdvanceSequence(ctx context.Context, tx *sql.Tx, table string) error {
	if db.Engine != Postgres {
		return nil
	}
	quoted := pgx.Identifier{table}.Sanitize() // it may be a word of SQL, such as order
	_, err := tx.ExecContext(ctx, fmt.Sprintf(`
		select setval(name::regclass, top)
		from pg_get_serial_sequence('%[1]s', 'id') as name, (select max(id) as top from %[1]s) as ids
		where top > coalesce(pg_sequence_last_value(name::regclass), 0)`, quoted))
	return err
}
