package app

import (
	"encoding/json"
	"testing"
	"testing/fstest"

	"example.com/templatesite/internal/database"
	"example.com/templatesite/internal/databasetest"
	"example.com/templatesite/internal/sampletest"
	"example.com/templatesite/internal/web"
)

// testService is the service under test. Its fixtures are shelf 1 with the books 1 and 2,
// which are listed newest first.
var testService = Service{
	Name: "sample", Title: "sample", Description: "Shelves of books.", Resources: resources(),
	Static: fstest.MapFS{ // feature: static
		"favicon.ico": {Data: []byte("\x00\x00\x01\x00 an icon")},
		"icon.svg":    {Data: []byte(`<svg xmlns="http://www.w3.org/2000/svg"/>`)},
	},
}

func resources() []web.Resource { return sampletest.Resources() }

// Requests about books. The title of the invalid one is empty.
const (
	validBook   = `{"shelf":1,"title":"Walden","pages":352}`
	invalidBook = `{"shelf":1,"title":"","pages":352}`
	validForm   = "shelf=1&title=Walden&pages=352"
	formType    = "Content-Type: application/x-www-form-urlencoded"
)

// titled returns the body of a book with a title.
func titled(title string) string { return bookWith("title", title) }

// bookWith returns the body of a valid book in which one field has another value.
func bookWith(field string, value any) string {
	book := map[string]any{"shelf": 1, "title": "Walden", "pages": 352}
	book[field] = value
	body, _ := json.Marshal(book) // it holds texts and numbers
	return string(body)
}

// insertBook inserts a book whose title is the only parameter.
const insertBook = `insert into book (shelf, title, pages, note, status, listed, version)
	values (1, $1, 352, '', 'unread', true, 1)`

// onEach runs test on every engine, with the settings of a migrated database without rows.
func onEach(t *testing.T, test func(t *testing.T, env map[string]string, db *database.DB)) {
	t.Helper()
	databasetest.Each(t, resources(), func(t *testing.T, db *database.DB) { test(t, settingsOf(t, db), db) })
}

// onEachFilled is onEach with the rows of the fixtures.
func onEachFilled(t *testing.T, test func(t *testing.T, env map[string]string, db *database.DB)) {
	t.Helper()
	onEach(t, func(t *testing.T, env map[string]string, db *database.DB) {
		sampletest.Load(t, db)
		test(t, env, db)
	})
}

// filledDB returns a database with the rows of the fixtures.
func filledDB(t testing.TB) *database.DB {
	t.Helper()
	db := databasetest.Open(t, resources())
	sampletest.Load(t, db)
	return db
}

// settingsOf returns the settings with which the service uses a database.
func settingsOf(t testing.TB, db *database.DB) map[string]string {
	t.Helper()
	return map[string]string{"DATABASE_URL": databasetest.URL(t, db), "DATABASE_MAX_CONNECTIONS": "4"}
}
