package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// git runs git in folder and returns what it prints, without the last newline. Its error is
// what git says. A folder that belongs to another user is accepted: this program comes
// from there, so whoever runs it trusts the folder already.
func git(folder string, args ...string) (string, error) { return gitWith(nil, folder, args...) }

// gitWith is git with additional variables of the environment.
func gitWith(environment []string, folder string, args ...string) (string, error) {
	absolute, err := filepath.Abs(folder)
	if err != nil {
		return "", err
	}
	cmd := exec.CommandContext(context.Background(), "git", append([]string{"-C", absolute, "-c", "safe.directory=*"}, args...)...)
	cmd.Env = append(append(os.Environ(), "LC_ALL=C"), environment...)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		if errors.Is(err, exec.ErrNotFound) {
			return "", errors.New("git is not installed, or not in PATH: install it and try again")
		}
		return "", fmt.Errorf("git %s: %s", args[0], strings.TrimSpace(stderr.String()+"\n"+stdout.String()))
	}
	return strings.TrimSuffix(stdout.String(), "\n"), nil
}

// checkout is a repository whose files are those of its last commit.
type checkout struct{ folder, commit string }

// openCheckout finds the repository of the working directory, as openRepository does. It also
// fails if a file differs from the last commit.
func openCheckout() (checkout, error) {
	c, err := openRepository()
	if err != nil {
		return checkout{}, err
	}
	status, err := git(c.folder, "status", "--porcelain")
	if err != nil {
		return checkout{}, err
	}
	if status != "" {
		return checkout{}, uncommitted(status)
	}
	return c, nil
}

// uncommitted is what git says about files that differ from the last commit.
type uncommitted string

func (u uncommitted) Error() string {
	return "there are uncommitted changes: commit them, or put them aside with git stash --include-untracked:\n" + string(u)
}

// openClean is openCheckout with the files of the commit, which a command is about to change.
func openClean() (checkout, tree, error) {
	c, err := openCheckout()
	if err != nil {
		return checkout{}, nil, err
	}
	files, err := c.files()
	return c, files, err
}

// openRepository finds the repository of the working directory. It fails if there is none, or
// if it has no commit.
func openRepository() (checkout, error) {
	if _, err := git(".", "--version"); err != nil {
		return checkout{}, err
	}
	folder, err := git(".", "rev-parse", "--show-toplevel")
	if err != nil {
		return checkout{}, errors.New("this folder is not a git repository: clone the template, or run git init and commit its files")
	}
	if _, err := os.Stat(filepath.Join(folder, "cmd", "project")); err != nil {
		return checkout{}, fmt.Errorf("%s is not a project of this template: it has no cmd/project", folder)
	}
	commit, err := git(folder, "rev-parse", "--verify", "--quiet", "HEAD")
	if err != nil {
		return checkout{}, errors.New("the repository has no commit: commit its files first")
	}
	return checkout{folder, commit}, nil
}

func (c checkout) files() (tree, error) { return readCommit(c.folder, c.commit) }
