package app

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"example.com/templatesite/internal/database"
	"example.com/templatesite/internal/databasetest"
	"example.com/templatesite/internal/fixturetest"
)

func TestDumpOfAFixtureEqualsTheFixture(t *testing.T) {
	const fixture = `[
  {"model": "shelf", "pk": 1, "fields": {"name":"Travel","room":"Attic"}},
  {"model": "book", "pk": 1, "fields": {"shelf":1,"title":"one","pages":1,"status":"unread","listed":false}},
  {"model": "book", "pk": 7, "fields": {"shelf":1,"title":"\"<ü👋>\\\n","pages":2,"note":"x","status":"reading","listed":true,"due":"2017-07-30T15:22:42.123456Z"}}
]
`
	onEach(t, func(t *testing.T, env map[string]string, db *database.DB) {
		if _, stdout, _ := command(t, env, "", "dumpdata"); stdout != "[]\n" {
			t.Errorf("an empty database is dumped as %q", stdout)
		}
		for range 2 {
			if status, _, stderr := command(t, env, fixture, "loaddata", "-"); status != 0 {
				t.Fatalf("app loaddata = %d: %s", status, stderr)
			}
			if status, stdout, stderr := command(t, env, "", "dumpdata", "shelf", "book"); status != 0 || stdout != fixture {
				t.Errorf("app dumpdata = %d: %s%s", status, stdout, stderr)
			}
		}
		id := 0
		if err := db.QueryRowContext(t.Context(), insertBook+" returning id", "the next").Scan(&id); err != nil || id != 8 {
			t.Errorf("the next id is %d, %v, want 8", id, err)
		}
	})
}

func TestFixturesAreLoadedAndDumpedInTheOrderOfTheirReferences(t *testing.T) {
	const shelves = `[{"model": "shelf", "pk": 1, "fields": {"name":"Travel","room":"Attic"}}]`
	const books = `[{"model": "book", "pk": 1, "fields": {"shelf":1,"title":"one","pages":1}}]`
	service := testService
	service.Resources = resources()
	slices.Reverse(service.Resources) // books before their shelves
	service.Resources[0].Fixtures = fstest.MapFS{"fixtures/book.json": {Data: []byte(books)}}
	service.Resources[1].Fixtures = fstest.MapFS{"fixtures/shelf.json": {Data: []byte(shelves)}}
	onEach(t, func(t *testing.T, env map[string]string, db *database.DB) {
		fixturetest.LoadAll(t, databasetest.OpenOn(t, db.Engine, resources()), service.Resources)
		if status, _, stderr := commandOf(t, service, env, "", "loaddata"); status != 0 || !strings.Contains(stderr, "loaded 2 rows") {
			t.Fatalf("app loaddata = %d: %s", status, stderr)
		}
		_, dump, _ := commandOf(t, service, env, "", "dumpdata")
		copied := settingsOf(t, databasetest.OpenOn(t, db.Engine, resources()))
		if status, _, stderr := commandOf(t, service, copied, dump, "loaddata", "-"); status != 0 {
			t.Errorf("app loaddata of the dump = %d: %s%s", status, stderr, dump)
		}
		if _, again, _ := commandOf(t, service, copied, "", "dumpdata"); again != dump {
			t.Errorf("the copy is dumped as %s, want %s", again, dump)
		}
	})
}

func TestLoadingFixturesNeverReusesIDs(t *testing.T) {
	onEachFilled(t, func(t *testing.T, env map[string]string, db *database.DB) {
		s := startService(t, env)
		for range 3 {
			s.Do("POST", "/book/", validBook)
		}
		if _, err := db.ExecContext(t.Context(), "delete from book"); err != nil {
			t.Fatal(err)
		}
		if status, _, stderr := command(t, env, "", "loaddata"); status != 0 {
			t.Fatalf("app loaddata = %d: %s", status, stderr)
		}
		if got := s.Do("POST", "/book/", validBook).Header.Get("Location"); !strings.HasSuffix(got, "/book/6") {
			t.Errorf("Location = %q, want /book/6", got)
		}
	})
}

func TestInvalidFixtureLoadsNothingAndNamesTheRow(t *testing.T) {
	const good = `{"model":"shelf","pk":1,"fields":{"name":"Travel","room":"Attic"}}`
	second := func(fields string) string { return `[` + good + `,{"model":"book","pk":2,"fields":` + fields + `}]` }
	tests := []struct{ name, fixture, want string }{
		{"no array", good, "a fixture is a JSON array"},
		{"unknown model", `[` + good + `,{"model":"nothing","pk":1,"fields":{}}]`, "row 2 (nothing 1): there is no such model"},
		{"no key", `[` + good + `,{"model":"book","fields":{}}]`, "row 2 (book 0): pk must be"},
		{"no fields", `[` + good + `,{"model":"book","pk":2}]`, "row 2 (book 2): fields are missing"},
		{"no title", second(`{"shelf":1,"pages":1}`), "body: expected required property title"},
		{"title too long", second(titled(strings.Repeat("x", 81))), "body.title"},
		{"NUL", second(titled("\x00")), "body.title"},
		{"unknown field", second(bookWith("x", 1)), "body.x"},
		{"beyond the years", second(bookWith("due", "9999-12-31T23:59:59-01:00")), "years 1 to 9999"},
		{"unknown member", `[` + good + `,{"model":"book","pk":2,"fields":{},"a":1}]`, `row 2: a row has model, pk and fields, and no "a"`},
		{"key in quotes", `[{"model":"book","pk":"2","fields":{}}]`, "row 1: pk must be a whole number, 1 or more"},
		{"key with a fraction", `[{"model":"book","pk":2.5,"fields":{}}]`, "row 1: pk must be a whole number, 1 or more"},
		{"model that is a number", `[{"model":7,"pk":2,"fields":{}}]`, "row 1: model must be a string"},
		{"row that is a string", `["book"]`, "row 1: a row must be an object with model, pk and fields"},
		{"row that is null", `[null]`, "row 1"},
		{"nothing", ``, "a fixture is a JSON array"},
		{"no JSON", `book`, "a fixture is a JSON array"},
		{"repeated member", `[{"model":"book","model":"book","pk":2,"fields":{}}]`, "row 1: it cannot be read as JSON: "},
		{"no Unicode", "[{\"model\":\"\xff\",\"pk\":2,\"fields\":{}}]", "row 1: it cannot be read as JSON: "},
		{"cut off", `[` + good + `,`, "row 2"},
		{"more", `[` + good + `] []`, "there is more"},
	}
	onEach(t, func(t *testing.T, env map[string]string, _ *database.DB) {
		for _, tt := range tests {
			status, _, stderr := command(t, env, tt.fixture, "loaddata", "-")
			if status != 1 || !strings.Contains(stderr, tt.want) {
				t.Errorf("%s: app loaddata = %d, want %q: %s", tt.name, status, tt.want, stderr)
			}
			for _, inside := range []string{"Go ", "fixture.row", "jsontext", "unmarshal", "int64"} {
				if strings.Contains(stderr, inside) {
					t.Errorf("%s: the error shows %q: %s", tt.name, inside, stderr)
				}
			}
		}
		if _, stdout, _ := command(t, env, "", "dumpdata"); stdout != "[]\n" {
			t.Errorf("something was loaded: %s", stdout)
		}
	})
}

func TestLargeFixtureIsLoadedAndDumped(t *testing.T) {
	onEach(t, func(t *testing.T, env map[string]string, _ *database.DB) {
		const rows = 2500
		fixture := "[\n"
		for i := range rows {
			separator := ",\n"
			if i == rows-1 {
				separator = "\n]\n"
			}
			fixture += fmt.Sprintf(`  {"model": "shelf", "pk": %d, "fields": {"name":"%d","room":"Attic"}}`, i+1, i) + separator
		}
		status, _, stderr := command(t, env, fixture, "loaddata", "-")
		if status != 0 || !strings.Contains(stderr, "loaded 2500 rows") {
			t.Fatalf("app loaddata = %d: %s", status, stderr)
		}
		if _, stdout, _ := command(t, env, "", "dumpdata"); stdout != fixture {
			t.Error("the dump differs")
		}
	})
}

func TestLoaddataTakesTheNameOfAResource(t *testing.T) {
	onEach(t, func(t *testing.T, env map[string]string, _ *database.DB) {
		if status, _, stderr := command(t, env, "", "loaddata", "shelf"); status != 0 || !strings.Contains(stderr, "loaded 3 rows") {
			t.Errorf("app loaddata shelf = %d: %s", status, stderr)
		}
		status, _, stderr := command(t, env, "", "loaddata", "shelv")
		if status != 1 || !strings.Contains(stderr, `fixture "shelv": there is no file and no resource of that name`) {
			t.Errorf("app loaddata shelv = %d: %s", status, stderr)
		}
		status, _, stderr = command(t, env, "", "loaddata", t.TempDir())
		if status != 1 || !strings.Contains(stderr, "is a directory") || strings.Count(stderr, "\n") != 1 {
			t.Errorf("app loaddata of a folder = %d: %s", status, stderr)
		}
	})
}
