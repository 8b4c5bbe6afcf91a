//go:build unix

package database

import (
	"os"
	"syscall"
)

// shareWithOwner gives the lock the mode and the owner of the database, as SQLite does
// with its log: one that root has made must not lock out the service. It is no error
// when it cannot be done, since whoever may use the lock already needs nothing of it.
func shareWithOwner(lock, database string) {
	info, err := os.Stat(database)
	if err != nil {
		return
	}
	_ = os.Chmod(lock, info.Mode().Perm())
	if owner, ok := info.Sys().(*syscall.Stat_t); ok && os.Geteuid() == 0 {
		_ = os.Chown(lock, int(owner.Uid), int(owner.Gid))
	}
}
