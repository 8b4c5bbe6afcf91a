package sampletest_test

import (
	"net/http"
	"strings"
	"testing"

	"example.com/templatesite/internal/database"
	"example.com/templatesite/internal/fixturetest"
	"example.com/templatesite/internal/sampletest"
	"example.com/templatesite/internal/webtest"
)

func TestServiceHasItsFixturesOnEveryEngine(t *testing.T) {
	sampletest.Each(t, func(t *testing.T, c *webtest.Client, db *database.DB) {
		for path, want := range map[string]string{"/shelf/1": "Travel", "/book/1": "Walden", "/shelf/1/book/": "Emma"} {
			if got := c.Want(http.StatusOK, "GET", path, "").Body; !strings.Contains(got, want) {
				t.Errorf("%s = %s, want %s", path, got, want)
			}
		}
		dump := fixturetest.Dump(t, db, sampletest.Resources())
		if got := strings.Count(dump, `"model"`); got != 3 {
			t.Errorf("%d rows are dumped, want 3: %s", got, dump)
		}
		for path, body := range map[string]string{"/shelf/": `{"name":"Poems","room":"Hall"}`, "/shelf/1/book/": `{"title":"Faust","pages":1}`} {
			c.Want(http.StatusCreated, "POST", path, body)
		}
	})
}

func TestDumpKeepsEveryColumn(t *testing.T) {
	fixturetest.KeepsEveryColumn(t, sampletest.Resources())
}
