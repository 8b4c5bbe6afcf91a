package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"time"
)

// createDatabase creates a temporary database on the server and returns its URL. drop drops it.
func createDatabase(ctx context.Context, server string) (database string, drop func(), err error) {
	target, err := url.Parse(server)
	if err != nil {
		return "", nil, errors.New("TEST_DATABASE_URL is not a URL") // err contains the password
	}
	db, err := sql.Open("pgx", server)
	if err != nil {
		return "", nil, err
	}
	if err := await(ctx, db); err != nil {
		return "", nil, errors.Join(err, db.Close())
	}
	name := fmt.Sprintf("benchmark_%d", os.Getpid())
	if _, err := db.ExecContext(ctx, "create database "+name); err != nil {
		return "", nil, errors.Join(err, db.Close())
	}
	target.Path = "/" + name
	// A small machine may need long to open all connections at once, which is not measured.
	if query := target.Query(); !query.Has("connect_timeout") {
		query.Set("connect_timeout", "30")
		target.RawQuery = query.Encode()
	}
	return target.String(), func() {
		// ctx may be canceled already.
		if _, err := db.ExecContext(context.WithoutCancel(ctx), "drop database "+name); err != nil {
			progress("drop database %s: %v", name, err)
		}
		_ = db.Close()
	}, nil
}

// await waits until a server that has just started answers, for about 10 s.
func await(ctx context.Context, db *sql.DB) (err error) {
	for range 100 {
		if err = db.PingContext(ctx); err == nil || ctx.Err() != nil {
			break
		}
		time.Sleep(100 * time.Millisecond)
	}
	return err
}
