package database

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/gofrs/flock"
	"modernc.org/sqlite"

	"example.com/templatesite/internal/web"
)

// lockWait bounds how long a program waits for another one's migrations.
const lockWait = 5 * time.Minute

// sqliteSettings hold on every connection: readers do not wait for the writer
// (WAL), a commit is on the disk before it is acknowledged (synchronous FULL), a
// writer waits for its turn instead of failing (busy_timeout, txlock immediate),
// times are in UTC and in a form that sorts, and a connection keeps 500 KB of the
// file, as the system's cache keeps the rest (cache_size).
const sqliteSettings = "_busy_timeout=10000&_journal_mode=WAL&_synchronous=FULL&_foreign_keys=1" +
	"&_txlock=immediate&_time_format=sqlite&_timezone=UTC&_pragma=cache_size(-500)"

func openSQLite(path string, o Options) (*DB, error) {
	if path == "" || path == ":memory:" || strings.HasPrefix(path, "//") {
		return nil, errors.New("sqlite: needs the path of a file, as in sqlite:templatesite.db")
	}
	name := url.URL{Scheme: "file", Opaque: (&url.URL{Path: path}).EscapedPath(), RawQuery: sqliteSettings}
	if !o.Create {
		name.RawQuery += "&mode=rw"
	}
	connector, err := sqlite.NewConnector(name.String())
	if err != nil {
		return nil, err
	}
	kept := o.observed(keeping{connector})
	return &DB{DB: web.DB{DB: sql.OpenDB(kept), Write: sql.OpenDB(kept)}, Engine: SQLite, path: path}, nil
}

// Prepare makes an embedded database ready to be served: it migrates it and, when
// there was none, fills it first. Many programs may start at once on one file:
// one of them does it, the others wait. The new file appears under its name when
// it is complete, so a start that is killed leaves nothing behind that counts.
func (db *DB) Prepare(ctx context.Context, apps []web.App, fill func(context.Context, *DB) error) error {
	return db.locked(ctx, func() error {
		if info, err := os.Stat(db.path); err == nil && info.Size() > 0 {
			if err := db.migrate(ctx, apps, nil); err != nil {
				return err
			}
			for _, app := range apps {
				db.tryToChange(ctx, app)
			}
			return nil
		}
		return db.create(ctx, apps, fill)
	})
}

func (db *DB) create(ctx context.Context, apps []web.App, fill func(context.Context, *DB) error) error {
	draft := db.path + ".new"
	// A log that a killed program left behind must not be taken for the new file's.
	for _, suffix := range []string{".new", ".new-wal", ".new-shm", "-wal", "-shm"} {
		if err := os.Remove(db.path + suffix); err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
	}
	fresh, err := openSQLite(draft, Options{Create: true})
	if err != nil {
		return err
	}
	err = fresh.migrate(ctx, apps, nil)
	if err == nil {
		err = fill(ctx, fresh)
	}
	if err == nil {
		err = fresh.copyLogBack(context.WithoutCancel(ctx))
	}
	if err = errors.Join(err, fresh.Close()); err != nil {
		return err
	}
	return os.Rename(draft, db.path)
}

// copyLogBack makes the file whole without its log. The end of the last connection
// does so, too, but says nothing when it cannot, as when ctx has just interrupted it.
func (db *DB) copyLogBack(ctx context.Context) error {
	var busy, inLog, copied int
	err := db.QueryRowContext(ctx, "pragma wal_checkpoint(truncate)").Scan(&busy, &inLog, &copied)
	if err == nil && busy != 0 {
		err = fmt.Errorf("the log of %q is in use", db.path)
	}
	return err
}

func (db *DB) lockFile(ctx context.Context, f func() error) error {
	lock := flock.New(db.path + ".lock")
	waiting, cancel := context.WithTimeout(ctx, lockWait)
	defer cancel()
	if _, err := lock.TryLockContext(waiting, 10*time.Millisecond); err != nil {
		return fmt.Errorf("lock %q: %w", db.path+".lock", err)
	}
	return errors.Join(f(), lock.Close())
}
