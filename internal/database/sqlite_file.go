package database

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"github.com/gofrs/flock"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"example.com/templatesite/internal/web"
)

// maxLinks is how many symbolic links may lead to a file; Linux has the same bound.
const maxLinks = 40

// Exists returns an error that says what to do when there is no database file.
func (db *DB) Exists() error {
	e, isFile := db.engine.(sqliteEngine)
	if !isFile {
		return nil // the first query shows it
	}
	if _, err := os.Stat(e.path); errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("there is no database %q: `app` creates and fills one, `app migrate` creates an empty one", e.path)
	}
	return nil
}

// Path returns the path of the database file, or "" on a database server.
func (db *DB) Path() string { // feature: check
	e, _ := db.engine.(sqliteEngine)
	return e.path
}

// Prepare gets a database file ready to be served: it migrates the database and, if it is
// new, calls fill. On a database server it does nothing, since other programs may use the
// database, too. When several programs start at once on one file, one does the work and the
// others wait. A start that is killed leaves an empty database, and the next start begins again.
func (db *DB) Prepare(ctx context.Context, resources []web.Resource, fill func(context.Context, *DB) error) error {
	e, isFile := db.engine.(sqliteEngine)
	if !isFile {
		return nil
	}
	return e.lockFile(ctx, func() error {
		empty := false
		err := db.QueryRowContext(ctx, "select count(*) = 0 from sqlite_master").Scan(&empty)
		if err == nil && empty {
			return e.fillEmpty(ctx, db, resources, fill)
		}
		if err == nil {
			err = db.migrate(ctx, resources, nil)
		}
		if err != nil {
			return e.withPath(err)
		}
		tryChange(ctx, db)
		return nil
	})
}

// tryChange changes no row. Its failure, which the observer sees, shows a file that the
// program can open but not write.
func tryChange(ctx context.Context, db *DB) {
	_, _ = db.Write.ExecContext(ctx, "delete from "+versionTable+" where false")
}

// fillEmpty makes the database in memory and copies it into the file in a single
// transaction: the file keeps its place, its owner and its mode, and never contains half of
// a database.
func (e sqliteEngine) fillEmpty(ctx context.Context, db *DB, resources []web.Resource, fill func(context.Context, *DB) error) error {
	name := "file:/" + rand.Text() + "?vfs=memdb&" + sqliteSettings
	draft, err := e.connect(name, func(context.Context, *web.Statement) {})
	if err != nil {
		return err
	}
	defer draft.Close()
	// A database in memory is deleted when its last connection is closed.
	holder, err := draft.Conn(ctx)
	if err != nil {
		return err
	}
	defer holder.Close()
	err = draft.migrate(ctx, resources, nil)
	if err == nil {
		err = fill(ctx, draft)
	}
	if err == nil {
		err = e.withPath(db.copyFrom(ctx, name))
	}
	return err
}

// copyFrom replaces the content of the database with that of another one.
func (db *DB) copyFrom(ctx context.Context, name string) error {
	conn, err := db.connector.Connect(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close() }() // the content is committed by then
	copying, err := conn.(interface {
		NewRestore(string) (*sqlite.Backup, error)
	}).NewRestore(name)
	if err != nil {
		return err
	}
	_, err = copying.Step(-1)
	return errors.Join(err, copying.Finish())
}

func (e sqliteEngine) lock(ctx context.Context, _ *DB, f func() error) error {
	return e.lockFile(ctx, f)
}

// lockFile runs f while it holds the lock file beside the database. It first makes a database
// file that is missing.
func (e sqliteEngine) lockFile(ctx context.Context, f func() error) error {
	path, err := followLinks(e.path)
	if err != nil {
		return err
	}
	if info, err := os.Stat(path); err == nil && !info.Mode().IsRegular() {
		return fmt.Errorf("%q is a %s; sqlite: needs the path of a regular file", path, fileType(info))
	}
	if info, err := os.Lstat(path + ".lock"); err == nil && !info.Mode().IsRegular() {
		return fmt.Errorf("%q is a %s: remove it, the lock has to be a regular file", path+".lock", fileType(info))
	}
	lock := flock.New(path + ".lock")
	waiting, cancel := context.WithTimeout(ctx, lockWait)
	defer cancel()
	if _, err := lock.TryLockContext(waiting, 10*time.Millisecond); err != nil {
		return explainLock(path, err)
	}
	if err = makeFile(path); err == nil {
		shareWithOwner(lock.Path(), path)
		err = explainIO(f())
	}
	return errors.Join(err, lock.Close())
}

// explainIO says what usually causes an I/O error, of which SQLite gives only the number.
func explainIO(err error) error {
	if e, ok := errors.AsType[*sqlite.Error](err); ok && e.Code()&0xff == sqlite3.SQLITE_IOERR {
		return fmt.Errorf("%w: is there space left on the disk of the database, and may its folder be written to?", err)
	}
	return err
}

// makeFile makes the file if it is missing. Only the owner may read it; SQLite gives its log
// the same mode.
func makeFile(path string) error {
	if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
		return nil // SQLite reports what is wrong with it
	}
	file, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return err
	}
	return file.Close()
}

// followLinks returns the path without symbolic links, also when there is no file yet: every
// path to a database must lead to the same lock.
func followLinks(path string) (string, error) {
	for range maxLinks {
		target, err := os.Readlink(path)
		if err != nil {
			return path, nil // not a link
		}
		if !filepath.IsAbs(target) {
			target = filepath.Join(filepath.Dir(path), target)
		}
		path = target
	}
	return "", fmt.Errorf("%q: %w", path, syscall.ELOOP)
}

func fileType(info fs.FileInfo) string {
	if info.IsDir() {
		return "folder"
	}
	return "device, pipe or socket"
}

func explainLock(path string, err error) error {
	if errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) {
		return fmt.Errorf("wait for another program's migrations (%q): %w", path+".lock", err)
	}
	cause := err
	if e, ok := errors.AsType[*fs.PathError](err); ok {
		cause = e.Err
	}
	folder, file := filepath.Split(path)
	if absolute, err := filepath.Abs(folder); err == nil {
		folder = absolute
	}
	if _, statErr := os.Stat(folder); errors.Is(statErr, fs.ErrNotExist) {
		return fmt.Errorf("there is no folder %q for the database %q: create it first", folder, file)
	}
	if _, statErr := os.Stat(path + ".lock"); statErr == nil {
		return fmt.Errorf("lock %q: %w", path+".lock", cause)
	}
	return fmt.Errorf("cannot make files in the folder %q of the database %q: %w: place the database elsewhere, as in sqlite:/srv/app.db", folder, file, cause)
}
