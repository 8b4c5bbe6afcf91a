package database

import (
	"context"
	"sync/atomic"

	"example.com/templatesite/internal/web"
)

// The advice about a database that can be read but not changed. Clients may see it.
const (
	readOnlyAdvice = "the database is read-only: reads are served, changes fail"
	fullAdvice     = "the last change failed, since there is no space left"
)

// changes remembers why the last change failed if the next one will fail for the same
// reason: a full disk, for instance, shows only when something is written.
type changes struct{ failure atomic.Value }

// observe is the Observer that records failed changes.
func (c *changes) observe(_ context.Context, s *web.Statement) {
	switch {
	case s.Err == nil:
		if c.advice() != "" && changed(s) {
			c.failure.Store("")
		}
	case s.ErrorType == full.name:
		c.failure.Store(fullAdvice)
	case readOnlyFile(s.Err): // feature: sqlite
		c.failure.Store(failedAdvice)
	}
}

// advice returns why the last change failed, or "".
func (c *changes) advice() string {
	failure, _ := c.failure.Load().(string)
	return failure
}

func changed(s *web.Statement) bool {
	switch s.Operation {
	case "insert", "update", "delete":
		return s.Rows > 0
	}
	return s.Name == "commit"
}

// unwritable returns advice when the database cannot be changed.
func (db *DB) unwritable(ctx context.Context) (advice string, err error) {
	readOnly, err := db.engine.readOnly(ctx, db)
	if err != nil {
		return "", err
	}
	if readOnly {
		return readOnlyAdvice, nil
	}
	return db.changes.advice(), nil
}
