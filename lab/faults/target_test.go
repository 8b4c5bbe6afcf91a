package faults

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	"example.com/templatesite/internal/discovertest"
	"example.com/templatesite/internal/processtest"
)

// target is the resource that the tests send requests to: the first one of the service.
var target struct {
	discovertest.Resource
	first    string // path of the first row of the fixtures
	fixtures int    // number of rows in the fixtures
}

// discover starts a service with its database in dir, and sets target.
func discover(dir string) error {
	p, err := processtest.Start(processtest.Options{Binary: binary, Database: "sqlite:" + filepath.Join(dir, "discover.db")})
	if err != nil {
		return err
	}
	defer p.Kill()
	if target.Resource, err = discovertest.First(context.Background(), p.URL); err != nil {
		return err
	}
	if !target.Plain() {
		return errors.New("the fault tests need a resource whose rows may be alike, and whose list is in the order of the ids")
	}
	response, err := http.Get(p.URL + target.Path)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	var rows []struct{ ID int64 }
	if err := json.NewDecoder(response.Body).Decode(&rows); err != nil || len(rows) == 0 {
		return fmt.Errorf("%s has no fixtures: %w", target.Path, err)
	}
	target.first, target.fixtures = target.Item(rows[0].ID), len(rows)
	return nil
}

// collection and item return the URLs of the collection and of one row, for the base URL of a
// service.
func collection(url string) string { return url + target.Path }
func item(url string) string       { return url + target.first }

// fillRows creates rows with long texts that HTML has to escape.
func fillRows(t *testing.T, url string, rows int) {
	t.Helper()
	l := &load{requestContext: t.Context()}
	for range rows {
		if a, body := l.do("POST", collection(url), target.Body(longText("<"))); !a.ok() {
			t.Fatalf("POST = %d, %v: %s", a.status, a.err, body)
		}
	}
}

// longText repeats the character up to the limit of the target's text field, at most 140 times.
func longText(character string) string {
	length := 140
	if target.MaxLength > 0 {
		length = min(length, int(target.MaxLength))
	}
	return strings.Repeat(character, length)
}
