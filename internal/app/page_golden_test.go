package app

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"example.com/templatesite/cmd/project/testdata/golden/book"
	"example.com/templatesite/cmd/project/testdata/golden/shelf"
	"example.com/templatesite/internal/browsertest"
	"example.com/templatesite/internal/database"
	"example.com/templatesite/internal/databasetest"
	"example.com/templatesite/internal/web"
)

// goldenService has resources as project add writes them, with every kind of field, reference,
// filter and order.
var goldenService = Service{
	Name: "golden", Title: "golden", Description: "Books on shelves.",
	Resources: []web.Resource{shelf.Resource(), book.Resource()},
}

// typed is what is done to the control of each field of a book, and the value that comes of it.
var typed = []struct{ field, by, value, stored string }{
	{"shelf", "type", "1", `1`},
	{"serial", "type", "Ünique-1", `"Ünique-1"`},
	{"number", "type", "99999", `99999`},
	{"mail", "type", "ada@example.org", `"ada@example.org"`},
	{"bought", "set", "0001-01-01", `"0001-01-01"`},
	{"amount", "type", "-123456789.120", `"-123456789.120"`},
	{"copy", "type", "0b8f3f0e-3c1d-4a5e-9c62-5d2f1a7e4b01", `"0b8f3f0e-3c1d-4a5e-9c62-5d2f1a7e4b01"`},
	{"key", "type", "f47ac10b-58cc-4372-a567-0e02b2c3d479", `"f47ac10b-58cc-4372-a567-0e02b2c3d479"`},
	{"tag", "type", "f47ac10b-58cc-4372-a567-0e02b2c3d479", `"f47ac10b-58cc-4372-a567-0e02b2c3d479"`},
	{"currency", "type", "EUR", `"EUR"`},
	{"seen", "set", "2026-03-01T12:00:01", `"2026-03-01T12:00:01Z"`},
	{"title", "type", "Typed by <hand> 🧱", `"Typed by <hand> 🧱"`},
	{"price", "type", "4.50", `"4.50"`},
	{"rate", "type", "-0.125", `"-0.125"`},
	{"day", "set", "2026-12-31", `"2026-12-31"`},
	{"until", "set", "9999-12-31", `"9999-12-31"`},
	{"body", "type", "two\nlines", `"two\nlines"`},
	{"note", "type", "one\n\nmore", `"one\n\nmore"`},
	{"code", "type", "  C 1", `"  C 1"`},
	{"pages", "type", "352", `352`},
	{"year", "type", "1999", `1999`},
	{"zip", "type", "01234", `"01234"`},
	{"score", "type", "-5", `-5`},
	{"rank", "type", "-9007199254740991", `-9007199254740991`},
	{"done", "choose", "true", `true`},
	{"listed", "choose", "false", `false`},
	{"sold", "press", "", `true`},
	{"lent", "choose", "false", `false`},
	{"state", "choose", "closed", `"closed"`},
	{"size", "choose", "m", `"m"`},
	{"due", "set", "2026-03-01T12:00", `"2026-03-01T12:00:00Z"`},
	{"starts_at", "set", "2024-02-29T23:59:59", `"2024-02-29T23:59:59Z"`},
	{"owner", "type", "grace@example.org", `"grace@example.org"`},
	{"site", "type", "https://example.org/?a=b&c=%20", `"https://example.org/?a=b&c=%20"`},
	{"motto", "type", "Festina lente", `"Festina lente"`},
	{"home", "type", "2", `2`},
}

func TestPagesOfGeneratedResourcesInABrowser(t *testing.T) {
	t.Parallel()
	b := browsertest.Start(t)
	for _, width := range []int64{375, 1280} {
		t.Run(fmt.Sprintf("%d pixels wide", width), func(t *testing.T) {
			databasetest.Each(t, goldenService.Resources, func(t *testing.T, db *database.DB) {
				s := startServiceOf(t, goldenService, settingsOf(t, db))
				g := &goldenPages{t: t, service: s, Tab: b.Open(t, s.url), width: width}
				g.createsABook()
				g.showsEachErrorAtItsField()
				g.followsReferencesBothWays()
				g.filtersAndSorts()
				g.showsConflicts()
			})
		})
	}
}

// goldenPages are the pages of the service in a tab.
type goldenPages struct {
	*browsertest.Tab
	t       *testing.T
	service *service
	width   int64
}

// usable fails the test for each obstacle on the page, in both color schemes.
func (g *goldenPages) usable(page string) {
	g.t.Helper()
	for _, scheme := range []string{"dark", "light"} {
		g.SetScreen(g.width, 800, scheme)
		for _, found := range g.Audit() {
			g.t.Errorf("%s, %s: %s", page, scheme, found)
		}
		const narrowest = "Math.min(...[...document.querySelectorAll('.path')].map((e) => e.clientWidth), innerWidth)"
		if width := browsertest.Evaluate[int](g.Tab, narrowest); width < 150 {
			g.t.Errorf("%s, %s: the address is %d pixels wide", page, scheme, width)
		}
	}
}

// follow follows a link or button whose page must have that status.
func (g *goldenPages) follow(text string, status int, shown ...string) {
	g.t.Helper()
	if got := g.Follow(text); got != status {
		g.t.Errorf("%s leads to a %d, want %d", text, got, status)
	}
	g.Want(shown...)
}

// stored returns the first book as the API answers it.
func (g *goldenPages) stored() map[string]json.RawMessage {
	g.t.Helper()
	var all map[string]json.RawMessage
	if err := json.Unmarshal([]byte(g.service.Want(http.StatusOK, "GET", "/book/1", "").Body), &all); err != nil {
		g.t.Fatal(err)
	}
	return all
}

func (g *goldenPages) createsABook() {
	g.Visit("/shelf/")
	g.Type("#post-name", "Top")
	g.follow("Create", http.StatusOK, "Created.", `"name": "Top"`)
	g.service.Want(http.StatusCreated, "POST", "/shelf/", `{"name":"Bottom"}`)
	g.Visit("/book/")
	g.usable("the empty list")
	g.fillIn()
	if list := browsertest.Evaluate[string](g.Tab, "document.querySelector('#list-post-home a').pathname"); list != "/shelf/" {
		g.t.Errorf("a home is found in %s", list)
	}
	g.Type("#post-price", "1,5")
	if browsertest.Evaluate[bool](g.Tab, "document.querySelector('#post-price').checkValidity()") {
		g.t.Error("the browser accepts another decimal than the API")
	}
	g.Type("#post-price", "4.50")
	g.follow("Create", http.StatusOK, "Created.")
	g.usable("a book")
	created := g.stored()
	for _, f := range typed {
		g.Want(fmt.Sprintf("%q: %s", f.field, f.stored))
		var got, want any
		if err := json.Unmarshal(created[f.field], &got); err != nil || json.Unmarshal([]byte(f.stored), &want) != nil || got != want {
			g.t.Errorf("the %s is %s, want %s", f.field, created[f.field], f.stored)
		}
	}
	g.follow("Save", http.StatusOK, "Saved.")
	if diff := cmp.Diff(created, g.stored()); diff != "" {
		g.t.Errorf("a form that was saved unchanged changes the book: %s", diff)
	}
}

// fillIn fills in the form of a new book.
func (g *goldenPages) fillIn() {
	g.t.Helper()
	for _, f := range typed {
		control := "#post-" + f.field
		switch f.by {
		case "type":
			g.Type(control, f.value)
		case "set":
			g.Set(control, f.value)
		case "choose":
			g.Choose(control, f.value)
		case "press":
			g.Press(control)
		}
	}
}

func (g *goldenPages) showsEachErrorAtItsField() {
	g.Visit("/book/1")
	g.Type("#put-home", "99")
	g.follow("Save", http.StatusUnprocessableEntity)
	if text := g.Text("#error-put-home"); text != "must be the id of a shelf that exists" {
		g.t.Errorf("the error of the home is %q", text)
	}
	g.usable("a mistake")
	g.Type("#put-home", "2")
	g.Set("#put-title", strings.Repeat("x", 81))
	g.Type("#put-currency", "USD")
	g.follow("Save", http.StatusUnprocessableEntity)
	if text := g.Text("#error-put-title"); text != "expected length <= 80" {
		g.t.Errorf("the error of the title is %q", text)
	}
	g.Type("#put-title", "Walden")
	g.follow("Save", http.StatusUnprocessableEntity)
	if text := g.Text("#error-put-currency"); !strings.Contains(text, "cannot be changed") {
		g.t.Errorf("the error of the currency is %q", text)
	}
	g.Type("#put-currency", "EUR")
	g.follow("Save", http.StatusOK, "Saved.", `"title": "Walden"`)
}

func (g *goldenPages) followsReferencesBothWays() {
	g.Visit("/book/1")
	g.follow(g.service.url+"/shelf/2", http.StatusOK, `"name": "Bottom"`, "What refers to this")
	g.usable("a shelf")
	g.follow("/book/?home=2", http.StatusOK, `"title": "Walden"`)
	g.follow(g.service.url+"/shelf/1", http.StatusOK, `"name": "Top"`)
	g.Click("Delete…")
	g.follow("Delete it", http.StatusConflict, "Something refers to this: book.")
}

func (g *goldenPages) filtersAndSorts() {
	g.service.Want(http.StatusCreated, "POST", "/book/", `{"shelf":2,"serial":"second","number":2,"bought":"2026-01-02","amount":"2.000",
		"copy":"1b8f3f0e-3c1d-4a5e-9c62-5d2f1a7e4b01","key":"1b8f3f0e-3c1d-4a5e-9c62-5d2f1a7e4b01","currency":"USD","title":"Emma","price":"12.00",
		"day":"2026-01-02","body":"b","code":"","pages":9,"year":2000,"zip":"99999","sold":false,"starts_at":"2026-01-02T03:04:05.000001Z","owner":"b@example.org"}`)
	g.Visit("/book/")
	g.Choose("#query-sort", "-price")
	g.Type("#query-price_min", "4.5")
	g.Set("#query-day_max", "2026-12-31")
	g.Type("#query-state", "open,closed")
	g.Type("#query-shelf", "1,2")
	g.follow("Show", http.StatusOK, `"Emma"`, `"Walden"`)
	if body := g.Text("pre.json"); strings.Index(body, `"Emma"`) > strings.Index(body, `"Walden"`) {
		g.t.Errorf("the order is %s", body)
	}
	if got := g.Value("#query-sort") + g.Value("#query-price_min") + g.Value("#query-day_max") + g.Value("#query-shelf"); got != "-price4.52026-12-311,2" {
		g.t.Errorf("the filter shows %q", got)
	}
	g.usable("a list")
	g.Choose("#query-sold", "true")
	g.Type("#query-starts_at_max", "2024-03-01T01:00:00+01:00")
	g.follow("Show", http.StatusOK, `"Walden"`)
	if strings.Contains(g.Text("pre.json"), `"Emma"`) {
		g.t.Error("the list has a book that does not match")
	}
	g.Type("#query-pages", "many")
	g.follow("Show", http.StatusUnprocessableEntity)
	if text := g.Text("#error-query-pages"); text == "" {
		g.t.Error("the filter has no error")
	}
	g.usable("a wrong filter")
}

func (g *goldenPages) showsConflicts() {
	g.Visit("/book/2")
	g.Type("#put-serial", "Ünique-1")
	g.Type("#put-title", "Emma again")
	g.follow("Save", http.StatusConflict)
	if text := g.Text("#error-put-serial"); text != "is the serial of another book" {
		g.t.Errorf("the error of the serial is %q", text)
	}
	if typed := g.Value("#put-title"); typed != "Emma again" {
		g.t.Errorf("the typed title has become %q", typed)
	}
	g.usable("a value twice")
	g.Visit("/book/1")
	g.service.Want(http.StatusOK, "PATCH", "/book/1", `{"title":"theirs"}`)
	g.Type("#put-title", "mine")
	g.follow("Save", http.StatusPreconditionFailed, `"title": "theirs"`)
	g.usable("a conflict")
	g.follow("Save mine instead", http.StatusOK, "Saved.", `"title": "mine"`)
}
