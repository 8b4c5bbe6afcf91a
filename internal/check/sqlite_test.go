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
			s.SQLite = databasetest.SQLiteFile(t, sampletest.Resources())
			db, err := sql.Open("sqlite", "file:"+s.SQLite+"?"+parameters)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { db.Close() })
			s.DB, s.Reach = db, db.PingContext
		}
	}
	// on returns a change to a file on a file system of this type.
	on := func(kind string) func(*testing.T, *check.Subject) {
		return func(t *testing.T, s *check.Subject) {
			s.SQLite = databasetest.SQLiteFile(t, sampletest.Resources())
			folder, err := filepath.EvalSymlinks(filepath.Dir(s.SQLite))
			if err != nil {
				t.Fatal(err)
			}
			connect(t, s, "sqlite:"+s.SQLite)
			mounted := mountinfo + "31 20 0:60 / " + strings.ReplaceAll(folder, " ", `\040`) + " rw - " + kind + " host:/x rw\n"
			s.Root = root(t, map[string]string{"proc/self/mountinfo": mounted})
		}
	}
	// mode returns a change to a file that has this mode.
	mode := func(mode os.FileMode) func(*testing.T, *check.Subject) {
		return func(t *testing.T, s *check.Subject) {
			on("ext4")(t, s)
			if err := os.Chmod(s.SQLite, mode); err != nil {
				t.Fatal(err)
			}
		}
	}
	asTheService := func(t *testing.T, s *check.Subject) {
		s.SQLite = databasetest.SQLiteFile(t, sampletest.Resources())
		connect(t, s, "sqlite:"+s.SQLite)
	}
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
