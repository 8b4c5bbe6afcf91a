package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"time"
)

// createDatabase makes a database of our own on the server, and returns its URL;
// drop removes it.
func createDatabase(ctx context.Context, server string) (database string, drop func(), err error) {
	target, err := url.Parse(server)
	if err != nil {
		return "", nil, errors.New("TEST_DATABASE_URL is not a URL") // err quotes the password
	}
	db, err := sql.Open("pgx", server)
	if err != nil {
		return "", nil, err
	}
	if err := await(ctx, db); err != nil {
		return "", nil, errors.Join(err, db.Close())
	}
	name := fmt.Sprintf("benchmark_%d", os.Getpid())
	if _, err := db.ExecContext(ctx, "create database "+name); err != nil {
		return "", nil, errors.Join(err, db.Close())
	}
	target.Path = "/" + name
	return target.String(), func() {
		// ctx may be what ended us.
		if _, err := db.ExecContext(context.WithoutCancel(ctx), "drop database "+name+" with (force)"); err != nil {
			progress("drop database %s: %v", name, err)
		}
		_ = db.Close()
	}, nil
}

// await gives a server that has just been started a moment.
func await(ctx context.Context, db *sql.DB) (err error) {
	for range 100 {
		if err = db.PingContext(ctx); err == nil || ctx.Err() != nil {
			break
		}
		time.Sleep(100 * time.Millisecond)
	}
	return err
}

// startPostgres starts a throw-away server on loopback with Debian's programs.
func startPostgres(ctx context.Context) (server string, stop func(), err error) {
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin") // the pattern is well formed
	if len(found) == 0 {
		return "", nil, errors.New("TEST_DATABASE_URL is not set, and no server is installed")
	}
	bin := found[len(found)-1]
	dir, err := os.MkdirTemp("", "benchmark-postgres-")
	if err != nil {
		return "", nil, err
	}
	child, port, err := runPostgres(ctx, bin, dir)
	if err != nil {
		return "", nil, errors.Join(err, os.RemoveAll(dir))
	}
	return "postgres://postgres@127.0.0.1:" + port + "/postgres", func() {
		child.stop()
		_ = os.RemoveAll(dir) // what is left is in the folder for such things
	}, nil
}

// runPostgres makes a cluster in dir, and runs the server on it. It flushes as in
// production, as POST is to pay for that.
func runPostgres(ctx context.Context, bin, dir string) (c *child, port string, err error) {
	progress("starting a throw-away PostgreSQL of %s", bin)
	prefix, err := asPostgres(dir)
	if err != nil {
		return nil, "", err
	}
	data := filepath.Join(dir, "data")
	command := func(program string, arguments ...string) []string {
		return slices.Concat(prefix, []string{filepath.Join(bin, program), "-D", data}, arguments)
	}
	initdb := command("initdb", "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync")
	cmd := exec.CommandContext(ctx, initdb[0], initdb[1:]...)
	cmd.Dir = dir // ours may be closed to that user
	if out, err := cmd.CombinedOutput(); err != nil {
		return nil, "", fmt.Errorf("initdb: %w: %s", err, out)
	}
	address, err := freeAddress(ctx)
	if err != nil {
		return nil, "", err
	}
	_, port, _ = net.SplitHostPort(address)
	c, err = spawn(ctx, func(cmd *exec.Cmd) { cmd.Dir = dir }, command("postgres", "-p", port,
		"-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories=", "-c", "log_min_messages=panic")...)
	return c, port, err
}

// asPostgres returns what comes before a command, as PostgreSQL refuses to run
// as root, and gives dir to the user that it runs as.
func asPostgres(dir string) ([]string, error) {
	if os.Geteuid() != 0 {
		return nil, nil
	}
	owner, err := user.Lookup("postgres")
	if err != nil {
		return nil, err
	}
	uid, _ := strconv.Atoi(owner.Uid) // they are numbers where there is a root
	gid, _ := strconv.Atoi(owner.Gid)
	return []string{"setpriv", "--reuid", owner.Uid, "--regid", owner.Gid, "--clear-groups"}, os.Chown(dir, uid, gid)
}
