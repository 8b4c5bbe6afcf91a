package check_test

import (
	"database/sql"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"example.com/templatesite/internal/check"
	"example.com/templatesite/internal/databasetest"
	"example.com/templatesite/internal/sampletest"
)

func init() {
	// opened returns a change to a new file that is opened with these parameters of the driver.
	opened := func(parameters string) func(*testing.T, *check.Subject) {
		return func(t *testing.T, s *check.Subject) {
			file := databasetest.SQLiteFile(t, sampletest.Resources())
			having(check.SQLite(file))(t, s)
			db, err := sql.Open("sqlite", "file:"+file+"?"+parameters)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { db.Close() })
			s.DB, s.Reach = db, db.PingContext
		}
	}
	// newFile opens one as the service does, and returns its name.
	newFile := func(t *testing.T, s *check.Subject) string {
		file := databasetest.SQLiteFile(t, sampletest.Resources())
		having(check.SQLite(file))(t, s)
		connect(t, s, "sqlite:"+file)
		return file
	}
	// on returns a change to a file on a file system of this type.
	on := func(kind string) func(*testing.T, *check.Subject) {
		return func(t *testing.T, s *check.Subject) {
			folder, err := filepath.EvalSymlinks(filepath.Dir(newFile(t, s)))
			if err != nil {
				t.Fatal(err)
			}
			mounted := mountinfo + "31 20 0:60 / " + strings.ReplaceAll(folder, " ", `\040`) + " rw - " + kind + " host:/x rw\n"
			s.Root = root(t, map[string]string{"proc/self/mountinfo": mounted})
		}
	}
	// mode returns a change to a file that has this mode.
	mode := func(mode os.FileMode) func(*testing.T, *check.Subject) {
		return func(t *testing.T, s *check.Subject) {
			if err := os.Chmod(newFile(t, s), mode); err != nil {
				t.Fatal(err)
			}
		}
	}
	asTheService := func(t *testing.T, s *check.Subject) { newFile(t, s) }
	cases = append(cases,
		tested{"sqlite.network", on("nfs4"), on("ext4")},
		tested{"sqlite.network", on("cifs"), on("xfs")},
		tested{"sqlite.volatile", on("tmpfs"), on("ext4")},
		tested{"sqlite.volatile", on("overlay"), on("btrfs")},
		tested{"sqlite.read-only", opened("_pragma=query_only(1)"), asTheService},
		tested{"sqlite.readable", mode(0o644), mode(0o600)},
		tested{"sqlite.synchronous", opened("_pragma=synchronous(normal)"), asTheService},
		tested{"sqlite.journal", opened("_pragma=journal_mode(delete)"), asTheService},
	)
}
