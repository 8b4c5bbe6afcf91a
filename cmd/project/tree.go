package main

import (
	"archive/tar"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unicode/utf8"
)

// tree holds the files of a project by their paths, which have slashes.
type tree map[string]file

type file struct {
	content    string
	executable bool
}

// isText reports whether the file can be searched and edited.
func (f file) isText() bool {
	return utf8.ValidString(f.content) && !strings.Contains(f.content, "\x00")
}

func (f file) lines() int { return strings.Count(f.content, "\n") }

// readCommit returns the files of a commit of the repository in folder.
func readCommit(folder, commit string) (tree, error) {
	archive, err := git(folder, "archive", "--format=tar", commit)
	if err != nil {
		return nil, err
	}
	t := tree{}
	reader := tar.NewReader(strings.NewReader(archive))
	for {
		header, err := reader.Next()
		if errors.Is(err, io.EOF) {
			return t, nil
		}
		if err != nil {
			return nil, fmt.Errorf("read the files of %s: %w", commit, err)
		}
		if header.Typeflag != tar.TypeReg {
			continue
		}
		content, err := io.ReadAll(reader)
		if err != nil {
			return nil, fmt.Errorf("read %s of %s: %w", header.Name, commit, err)
		}
		t[header.Name] = file{string(content), header.Mode&0o100 != 0}
	}
}

// paths returns the paths in alphabetical order.
func (t tree) paths() []string { return slices.Sorted(maps.Keys(t)) }

// write writes the files that differ from those in before to folder, and deletes those that
// are gone, with the folders that this leaves empty.
func (t tree) write(folder string, before tree) error {
	for _, name := range t.paths() {
		if old, ok := before[name]; ok && old == t[name] {
			continue
		}
		target := filepath.Join(folder, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(target), 0o777); err != nil {
			return err
		}
		mode := fs.FileMode(0o666)
		if t[name].executable {
			mode = 0o777
		}
		if err := os.WriteFile(target, []byte(t[name].content), mode); err != nil {
			return err
		}
	}
	for name := range before {
		if _, ok := t[name]; ok {
			continue
		}
		target := filepath.Join(folder, filepath.FromSlash(name))
		if err := os.Remove(target); err != nil {
			return err
		}
		for parent := filepath.Dir(target); parent != folder && os.Remove(parent) == nil; {
			parent = filepath.Dir(parent)
		}
	}
	return nil
}

// changes describes how t differs from before, one line per file.
func (t tree) changes(before tree) []string {
	var all []string
	for name, old := range before {
		switch f, ok := t[name]; {
		case !ok:
			all = append(all, fmt.Sprintf("delete %s (%d lines)", name, old.lines()))
		case f != old:
			all = append(all, fmt.Sprintf("change %s (%+d lines)", name, f.lines()-old.lines()))
		}
	}
	for name := range t {
		if _, ok := before[name]; !ok {
			all = append(all, "add "+name)
		}
	}
	slices.Sort(all)
	return all
}
