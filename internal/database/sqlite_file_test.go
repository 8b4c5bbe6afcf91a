//go:build unix

package database_test

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"example.com/templatesite/internal/database"
)

// firstStart prepares the database at path as a service does, with one row.
func firstStart(t *testing.T, path string) (*database.DB, error) {
	t.Helper()
	db, err := database.Open(database.Options{URL: "sqlite:" + path, MaxConnections: 2})
	if err != nil {
		return nil, err
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db, db.Prepare(t.Context(), resources(1), func(ctx context.Context, fresh *database.DB) error {
		_, err := fresh.ExecContext(ctx, "insert into note values (1)")
		return err
	})
}

func mustStart(t *testing.T, path string) *database.DB {
	t.Helper()
	db, err := firstStart(t, path)
	if err != nil {
		t.Fatal(err)
	}
	if got := rows(t, db); got != 1 {
		t.Fatalf("%d rows, want 1", got)
	}
	return db
}

func stat(t *testing.T, path string) (fs.FileInfo, *syscall.Stat_t) {
	t.Helper()
	info, err := os.Lstat(path)
	if err != nil {
		t.Fatal(err)
	}
	return info, info.Sys().(*syscall.Stat_t)
}

func names(t *testing.T, folder string) []string {
	t.Helper()
	entries, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, entry := range entries {
		all = append(all, entry.Name())
	}
	return all
}

func TestNewSQLiteFilesAreReadableOnlyByTheirOwner(t *testing.T) {
	t.Parallel()
	for name, start := range map[string]func(path string) *database.DB{
		"the service": func(path string) *database.DB { return mustStart(t, path) },
		"migrate": func(path string) *database.DB {
			db, err := database.Open(database.Options{URL: "sqlite:" + path, MaxConnections: 1})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = db.Close() })
			if err := db.Migrate(t.Context(), resources(1), nil); err != nil {
				t.Fatal(err)
			}
			return db
		},
	} {
		folder := t.TempDir()
		start(filepath.Join(folder, "new.db"))
		want := []string{"new.db", "new.db-shm", "new.db-wal", "new.db.lock"}
		if got := names(t, folder); strings.Join(got, " ") != strings.Join(want, " ") {
			t.Errorf("%s made %v, want %v", name, got, want)
		}
		for _, file := range want {
			if info, _ := stat(t, filepath.Join(folder, file)); info.Mode() != 0o600 {
				t.Errorf("%s: %s has mode %v", name, file, info.Mode())
			}
		}
	}
}

func TestEmptyFileIsFilledInPlace(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	path := filepath.Join(folder, "mounted.db")
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(path, 0o660); err != nil {
		t.Fatal(err)
	}
	// Only root may change the owner, and not in every container.
	if err := os.Chown(path, 4711, 4712); err != nil && !errors.Is(err, fs.ErrPermission) {
		t.Fatal(err)
	}
	_, before := stat(t, path)
	mustStart(t, path)
	info, after := stat(t, path)
	if after.Ino != before.Ino || info.Mode() != 0o660 || after.Uid != before.Uid || after.Gid != before.Gid {
		t.Errorf("the file was %+v, is %+v", before, after)
	}
	for _, beside := range []string{"-wal", "-shm", ".lock"} { // as readable as the database
		info, own := stat(t, path+beside)
		if info.Mode() != 0o660 || own.Uid != before.Uid || own.Gid != before.Gid {
			t.Errorf("%s: mode %v, owner %d:%d", beside, info.Mode(), own.Uid, own.Gid)
		}
	}
}

func TestSymbolicLinkIsFollowed(t *testing.T) {
	t.Parallel()
	for _, target := range []string{"volume/kept.db", "absolute"} {
		folder := t.TempDir()
		volume := filepath.Join(folder, "volume")
		if err := os.Mkdir(volume, 0o700); err != nil {
			t.Fatal(err)
		}
		if target == "absolute" {
			target = filepath.Join(volume, "kept.db")
		}
		link := filepath.Join(folder, "link.db")
		if err := os.Symlink(target, link); err != nil {
			t.Fatal(err)
		}
		mustStart(t, link)
		if info, _ := stat(t, link); info.Mode()&fs.ModeSymlink == 0 {
			t.Errorf("the link became %v", info.Mode())
		}
		if got := strings.Join(names(t, folder), " "); got != "link.db volume" {
			t.Errorf("beside the link there is %s", got)
		}
		if got := strings.Join(names(t, volume), " "); got != "kept.db kept.db-shm kept.db-wal kept.db.lock" {
			t.Errorf("in the volume there is %s", got)
		}
	}
}

func TestUnusableFileIsRefusedWithOneLine(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	text := filepath.Join(folder, "text.db")
	if err := os.WriteFile(text, []byte(strings.Repeat("this is no database ", 100)), 0o600); err != nil {
		t.Fatal(err)
	}
	pipe := filepath.Join(folder, "pipe.db")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	loop := filepath.Join(folder, "loop.db")
	if err := os.Symlink("loop.db", loop); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{
		filepath.Join(folder, "missing", "a.db"): "there is no folder \"" + filepath.Join(folder, "missing"),
		filepath.Join(text, "a.db"):              "not a directory",
		folder:                                   "is a folder",
		pipe:                                     "is a device, pipe or socket",
		loop:                                     "too many levels of symbolic links",
		text:                                     "file is not a database",
		"/proc/a.db":                             "cannot make files in the folder \"/proc\"",
	} {
		_, err := firstStart(t, path)
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %v, want %q", path, err, want)
		}
	}
}

// A start that was killed leaves a database without tables.
func TestDatabaseWithoutTablesIsFilled(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "begun.db")
	db, err := database.Open(database.Options{URL: "sqlite:" + path, MaxConnections: 2})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	broken := errors.New("broken")
	if err := db.Prepare(t.Context(), resources(1), func(context.Context, *database.DB) error { return broken }); !errors.Is(err, broken) {
		t.Fatalf("Prepare = %v", err)
	}
	if info, _ := stat(t, path); info.Size() == 0 {
		t.Fatal("the file is empty: the test needs one with SQLite's header")
	}
	mustStart(t, path)
}
