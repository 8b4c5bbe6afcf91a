package database

import (
	"cmp"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

	"example.com/templatesite/internal/web"
)

// Timeline is the migrations of all resources for one engine, in chronological order. As a
// file system it is one folder, in which the name of a file is RESOURCE/FILE.
type Timeline []timelineFile

type timelineFile struct {
	resource, name string // the name is the resource's and the file's
	version        int64
	path           string // in files
	files          fs.FS
}

const (
	timeLayout = "20060102150405"
	timeAdvice = "`date -u +%Y%m%d%H%M%S` prints one"
)

// NewTimeline returns the timeline of the resources; their order makes no difference. It
// returns an error that says what to do when a file has no time in its name, or the time
// of another one.
func NewTimeline(resources []web.Resource, engine Engine) (Timeline, error) {
	var all Timeline
	for _, resource := range resources {
		if resource.Migrations == nil {
			continue
		}
		folder := "migrations/" + string(engine)
		paths, err := fs.Glob(resource.Migrations, folder+"/*.sql")
		if err == nil && len(paths) == 0 {
			err = fmt.Errorf("the resource %s has no migrations in %s", resource.Name, folder)
		}
		if err != nil {
			return nil, err
		}
		for _, file := range paths {
			name := resource.Name + "/" + path.Base(file)
			version, err := versionOf(name)
			if err != nil {
				return nil, err
			}
			all = append(all, timelineFile{resource.Name, name, version, file, resource.Migrations})
		}
	}
	slices.SortFunc(all, func(a, b timelineFile) int {
		return cmp.Or(cmp.Compare(a.version, b.version), cmp.Compare(a.name, b.name))
	})
	for i := 1; i < len(all); i++ {
		if all[i].version == all[i-1].version {
			return nil, fmt.Errorf("the migrations %s and %s have the same version: rename the one that is not applied anywhere to a later time, for each engine (%s)",
				all[i-1].name, all[i].name, timeAdvice)
		}
	}
	return all, nil
}

// versionOf returns the version of a migration, which is the time in its file's name.
func versionOf(name string) (int64, error) {
	stamp, _, _ := strings.Cut(path.Base(name), "_")
	if _, err := time.Parse(timeLayout, stamp); err != nil || len(stamp) != len(timeLayout) {
		return 0, fmt.Errorf("the name of the migration %s does not begin with a time: rename it, as in 20261127101500_create_note.sql (%s)", name, timeAdvice)
	}
	return strconv.ParseInt(stamp, 10, 64)
}

// Open opens a migration.
func (t Timeline) Open(name string) (fs.File, error) {
	for _, file := range t {
		if file.name == name {
			return file.files.Open(file.path)
		}
	}
	return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
}

// Glob returns the migrations whose file, without its resource, matches the pattern, in
// chronological order: goose relies on it.
func (t Timeline) Glob(pattern string) ([]string, error) {
	var names []string
	for _, file := range t {
		matches, err := path.Match(pattern, path.Base(file.path))
		if err != nil {
			return nil, err
		}
		if matches {
			names = append(names, file.name)
		}
	}
	return names, nil
}
