package check

import (
	"context"
	"os"
	"path/filepath"
	"slices"
)

// SQLite is the path of the database file, or "" if the service uses another engine.
type SQLite string

// Checks returns what can be wrong with the file.
func (f SQLite) Checks() []Check {
	return []Check{
		{"sqlite.network", Error, Always, "Keep the file on a disk of this machine: locks do not work over a network, and two programs would damage it.", f.inFolder(onNetwork)},
		{"sqlite.volatile", Error, Deploy, "Mount a volume for the folder of the file: it ends with the container, or with the machine.", f.inFolder(volatileFile)},
		{"sqlite.read-only", Error, Always, "Let the service write to the file and its folder.", f.readOnly},
		{"sqlite.readable", Warning, Deploy, "Let only the service read the file: chmod 600.", f.readable},
		{"sqlite.synchronous", Error, Always, "Open the file with synchronous FULL: else the latest commits are lost in a power failure.", f.query("select 'synchronous is ' || synchronous from pragma_synchronous where synchronous < 2")},
		{"sqlite.journal", Warning, Always, "Set journal_mode to WAL: else reads and changes wait for each other.", f.query("select 'journal_mode is ' || journal_mode from pragma_journal_mode where journal_mode <> 'wal'")},
	}
}

// networks and volatiles are types of file systems as Linux names them.
var (
	networks  = []string{"nfs", "nfs4", "cifs", "smb3", "9p", "virtiofs", "ceph", "glusterfs", "lustre", "afs", "fuse.sshfs", "fuse.s3fs", "fuse.rclone", "fuse.glusterfs", "fuse.ceph", "fuse.gcsfuse"}
	volatiles = []string{"tmpfs", "ramfs", "overlay", "aufs"}
)

// query returns a Find for a query that returns what is wrong.
func (f SQLite) query(sql string) Find {
	return func(ctx context.Context, s *Subject) (string, error) {
		if f == "" {
			return "", errDoesNotApply
		}
		return s.ask(ctx, sql)
	}
}

// readOnly makes a change of no row, which fails like any other.
func (f SQLite) readOnly(ctx context.Context, s *Subject) (string, error) {
	if f == "" {
		return "", errDoesNotApply
	}
	change, err := s.ask(ctx, `select format('delete from "%w" where false', name) from sqlite_schema where type = 'table' limit 1`)
	if err != nil || change == "" {
		return "", err
	}
	if _, err = s.DB.ExecContext(ctx, change); err == nil || ctx.Err() != nil {
		return "", err
	}
	return "a change fails: " + err.Error(), nil
}

func (f SQLite) readable(context.Context, *Subject) (string, error) {
	if f == "" {
		return "", errDoesNotApply
	}
	info, err := os.Stat(string(f))
	if err != nil {
		return "", err
	}
	return when(info.Mode().Perm()&0o077 != 0, "other users may read the file: its mode is %v", info.Mode().Perm()), nil
}

// inFolder returns a Find for the file system of the database file.
func (f SQLite) inFolder(wrong func(mount) string) Find {
	return func(_ context.Context, s *Subject) (string, error) {
		if f == "" {
			return "", errDoesNotApply
		}
		name, err := filepath.Abs(string(f))
		if err == nil {
			name, err = filepath.EvalSymlinks(name)
		}
		if err != nil {
			return "", err
		}
		m, err := s.mountOf(name)
		if err != nil {
			return "", err
		}
		return wrong(m), nil
	}
}

func onNetwork(m mount) string {
	return when(slices.Contains(networks, m.kind), "the file is on a network: %s is %s", m.point, m.kind)
}

func volatileFile(m mount) string {
	return when(slices.Contains(volatiles, m.kind), "the file does not last: %s is %s", m.point, m.kind)
}
