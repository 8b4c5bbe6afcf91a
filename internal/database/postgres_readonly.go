package database

import (
	"context"
	"database/sql"
)

// readOnly reports whether sessions may only read: on a standby, or if the server, the
// database or the role is set to read-only. It asks again on a new connection, since a
// connection of the pool may have been opened before that ended; a change that fails on such
// a connection is sent on another one.
func (postgresEngine) readOnly(ctx context.Context, db *DB) (bool, error) {
	readOnly, err := readOnlySession(ctx, db.DB.DB)
	if err != nil || !readOnly {
		return false, err
	}
	own := sql.OpenDB(db.connector)
	defer own.Close()
	readOnly, err = readOnlySession(ctx, own)
	return readOnly || err != nil, nil
}

func readOnlySession(ctx context.Context, pool *sql.DB) (readOnly bool, err error) {
	err = pool.QueryRowContext(ctx, "select current_setting('transaction_read_only')::boolean").Scan(&readOnly)
	return readOnly, err
}
