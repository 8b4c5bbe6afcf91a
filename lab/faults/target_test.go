package faults

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	"example.com/templatesite/internal/discovertest"
	"example.com/templatesite/internal/processtest"
)

// target is the resource that the tests load: the first of the service.
var target struct {
	discovertest.Resource
	first    string // path of a row of the fixtures
	fixtures int    // number of rows in the fixtures
}

// discover finds the target in a service that it starts in dir.
func discover(dir string) error {
	p, err := processtest.Start(processtest.Options{Binary: binary, Database: "sqlite:" + filepath.Join(dir, "discover.db")})
	if err != nil {
		return err
	}
	defer p.Kill()
	if target.Resource, err = discovertest.First(context.Background(), p.URL); err != nil {
		return err
	}
	response, err := http.Get(p.URL + target.Path)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	var rows []struct{ ID int64 }
	if err := json.NewDecoder(response.Body).Decode(&rows); err != nil || len(rows) == 0 {
		return fmt.Errorf("%s has no rows of fixtures: %w", target.Path, err)
	}
	target.first, target.fixtures = target.Item(rows[0].ID), len(rows)
	return nil
}

// collection and item return the URLs of all rows, and of one, on a service.
func collection(url string) string { return url + target.Path }
func item(url string) string       { return url + target.first }

// fillRows creates that many rows with long texts, which a page has to escape.
func fillRows(t *testing.T, url string, rows int) {
	t.Helper()
	l := &load{requests: t.Context()}
	for range rows {
		if a, body := l.do("POST", collection(url), target.Body(longText("<"))); !a.ok() {
			t.Fatalf("POST = %d, %v: %s", a.status, a.err, body)
		}
	}
}

// longText is as long as the target's text field allows, or 140 characters.
func longText(character string) string {
	length := 140
	if target.MaxLength > 0 {
		length = min(length, int(target.MaxLength))
	}
	return strings.Repeat(character, length)
}
