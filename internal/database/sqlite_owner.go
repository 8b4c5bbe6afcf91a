//go:build unix

package database

import (
	"os"
	"syscall"
)

// shareWithOwner gives the lock file the mode and the owner of the database, as SQLite does
// with its log: a lock that root has made must not lock out the service. It follows no
// link, which could give away root's other files. A failure is ignored: a program
// that can open the lock works with it as it is.
func shareWithOwner(lock, database string) {
	info, err := os.Stat(database)
	if err != nil {
		return
	}
	file, err := os.OpenFile(lock, os.O_RDONLY|syscall.O_NOFOLLOW|syscall.O_NONBLOCK, 0)
	if err != nil {
		return
	}
	defer file.Close()
	if opened, err := file.Stat(); err != nil || !opened.Mode().IsRegular() || links(opened) != 1 {
		return
	}
	_ = file.Chmod(info.Mode().Perm())
	if owner, ok := info.Sys().(*syscall.Stat_t); ok && os.Geteuid() == 0 {
		_ = file.Chown(int(owner.Uid), int(owner.Gid))
	}
}

// links returns how many names a file has.
func links(info os.FileInfo) uint64 {
	stat, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return 0
	}
	return uint64(stat.Nlink) //nolint:unconvert // its type depends on the system
}
