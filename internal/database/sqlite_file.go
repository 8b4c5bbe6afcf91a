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

	"example.com/templatesite/internal/web"
)

// lockWait bounds how long a program waits for another one's migrations.
const lockWait = 5 * time.Minute

// maxLinks is how many symbolic links may lead to a file, as Linux has it.
const maxLinks = 40

// Prepare makes an embedded database ready to be served: it migrates it and, when
// there was none, fills it first. Many programs may start at once on one file:
// one of them does it, the others wait. A start that is killed leaves an empty
// database behind, and the next one begins again.
func (db *DB) Prepare(ctx context.Context, resources []web.Resource, fill func(context.Context, *DB) error) error {
	return db.lockFile(ctx, true, func() error {
		empty := false
		err := db.QueryRowContext(ctx, "select count(*) = 0 from sqlite_master").Scan(&empty)
		if err == nil && empty {
			return db.fillEmpty(ctx, resources, fill)
		}
		if err == nil {
			err = db.migrate(ctx, resources, nil)
		}
		if err != nil {
			return db.named(err)
		}
		db.tryToChange(ctx)
		return nil
	})
}

// fillEmpty makes the database in memory and copies it into the file in a single
// transaction: the file stays what it is (its place, its owner, its mode), and there is
// no moment at which it is half of a database.
func (db *DB) fillEmpty(ctx context.Context, resources []web.Resource, fill func(context.Context, *DB) error) error {
	name := "file:/" + rand.Text() + "?vfs=memdb&" + sqliteSettings
	draft, err := connectSQLite(name, Options{})
	if err != nil {
		return err
	}
	defer draft.Close()
	// A database in memory lives as long as somebody is connected to it.
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
		err = db.named(db.copyFrom(ctx, name))
	}
	return err
}

// copyFrom replaces all that the database holds by what another one holds.
func (db *DB) copyFrom(ctx context.Context, name string) error {
	conn, err := db.connector.Connect(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close() }() // what matters is committed by then
	copying, err := conn.(interface {
		NewRestore(string) (*sqlite.Backup, error)
	}).NewRestore(name)
	if err != nil {
		return err
	}
	_, err = copying.Step(-1)
	return errors.Join(err, copying.Finish())
}

// lockFile runs f under a lock beside the file, and makes one that is missing first.
func (db *DB) lockFile(ctx context.Context, create bool, f func() error) error {
	path, err := followLinks(db.path)
	if err != nil {
		return err
	}
	if info, err := os.Stat(path); err == nil && !info.Mode().IsRegular() {
		return fmt.Errorf("%q is a %s; sqlite: needs the path of a regular file", path, kindOf(info))
	}
	if info, err := os.Lstat(path + ".lock"); err == nil && !info.Mode().IsRegular() {
		return fmt.Errorf("%q is a %s: remove it, the lock has to be a regular file", path+".lock", kindOf(info))
	}
	lock := flock.New(path + ".lock")
	waiting, cancel := context.WithTimeout(ctx, lockWait)
	defer cancel()
	if _, err := lock.TryLockContext(waiting, 10*time.Millisecond); err != nil {
		return explainLock(path, err)
	}
	if create {
		err = makeFile(path)
	}
	if err == nil {
		shareWithOwner(lock.Path(), path)
		err = f()
	}
	return errors.Join(err, lock.Close())
}

// makeFile makes a file that is missing, for its owner alone: SQLite gives its log the
// same mode.
func makeFile(path string) error {
	if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
		return nil // SQLite says what is wrong with it
	}
	file, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return err
	}
	return file.Close()
}

// followLinks returns where path leads, also when there is nothing yet: all names of a
// database have to mean the same lock.
func followLinks(path string) (string, error) {
	for range maxLinks {
		target, err := os.Readlink(path)
		if err != nil {
			return path, nil // it is no link
		}
		if !filepath.IsAbs(target) {
			target = filepath.Join(filepath.Dir(path), target)
		}
		path = target
	}
	return "", fmt.Errorf("%q: %w", path, syscall.ELOOP)
}

func kindOf(info fs.FileInfo) string {
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
