package browsable_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/danielgtaylor/huma/v2"

	"example.com/templatesite/internal/browsertest"
	"example.com/templatesite/internal/web"
)

// search has the kinds of parameters that the filter of books lacks.
type search struct {
	Since string   `query:"since" format:"date"`
	At    string   `query:"at" format:"date-time"`
	Tags  []string `query:"tags" doc:"With any of these." example:"old,tall"`
	Text  string   `query:"text"`
}

// searchable is a service with one URL, which returns its parameters.
func searchable(t *testing.T) http.Handler {
	api := web.NewAPI(web.Options{Title: "search", Version: "1", MaxBodyBytes: 1000, Classify: func(error) *web.Problem { return nil }})
	type output struct{ Body map[string]string }
	web.Register(api, huma.Operation{OperationID: "search", Method: "GET", Path: "/search", Summary: "Search"}, func(_ context.Context, in *search) (*output, error) {
		return &output{map[string]string{"for": fmt.Sprintf("%q", *in)}}, nil
	})
	return withPages(t, api)
}

// withAndWithoutScripts runs a test in a tab that runs scripts, and in one that does not.
func withAndWithoutScripts(t *testing.T, origin string, test func(tab *browsertest.Tab)) {
	b := browsertest.Start(t)
	for _, scripts := range []bool{true, false} {
		tab := b.Open(t, origin)
		if !scripts {
			tab.WithoutScripts()
		}
		test(tab)
	}
}

// show submits the filter of a page.
func show(t *testing.T, tab *browsertest.Tab, status int, texts ...string) {
	t.Helper()
	if got := tab.Follow("Show"); got != status {
		t.Errorf("the answer is a %d, want %d", got, status)
	}
	tab.Want(texts...)
}

func TestCollectionIsFilteredInABrowser(t *testing.T) {
	t.Parallel()
	withAndWithoutScripts(t, serve(t, library(t, 1000)), func(tab *browsertest.Tab) {
		tab.Visit("/book/")
		show(t, tab, http.StatusOK, "Walden", "Emma")
		for _, found := range tab.Audit() {
			t.Error(found)
		}
		tab.Choose("#query-listed", "false")
		show(t, tab, http.StatusOK, "Emma", "?listed=false&limit=100")
		tab.Choose("#query-listed", "true")
		tab.Choose("#query-status", "reading")
		tab.Type("#query-limit", "3")
		tab.Type("#query-shelf", "1")
		show(t, tab, http.StatusOK, "Walden")
		if got := tab.Value("#query-listed") + tab.Value("#query-status") + tab.Value("#query-limit") + tab.Value("#query-shelf"); got != "truereading31" {
			t.Errorf("the filter shows %q", got)
		}
	})
}

func TestTextsTimesAndListsAreFiltersInABrowser(t *testing.T) {
	t.Parallel()
	withAndWithoutScripts(t, serve(t, searchable(t)), func(tab *browsertest.Tab) {
		tab.Visit("/search")
		show(t, tab, http.StatusOK, `"{\"\" \"\" [] \"\"}"`)
		for _, found := range tab.Audit() {
			t.Error(found)
		}
		tab.Type("#query-at", "2026-01-02T03:04:05.000001+01:00")
		tab.Type("#query-tags", "old,tall")
		tab.Type("#query-text", "a & b")
		show(t, tab, http.StatusOK, `"{\"\" \"2026-01-02T03:04:05.000001+01:00\" [\"old\" \"tall\"] \"a & b\"}"`)
		if got := tab.Value("#query-at") + tab.Value("#query-tags"); got != "2026-01-02T03:04:05.000001+01:00old,tall" {
			t.Errorf("the filter shows %q", got)
		}
		tab.Type("#query-at", "yesterday")
		show(t, tab, http.StatusUnprocessableEntity)
		tab.Click("query.at")
	})
}

func TestEmptyParameterIsIgnoredOnlyIfItBelongsToTheFilter(t *testing.T) {
	t.Parallel()
	c := start(t)
	c.Want(http.StatusOK, "GET", "/book/?listed=&limit=&status=", "", html)
	c.Want(http.StatusUnprocessableEntity, "GET", "/book/?listed=&other=", "", html)
	c.Want(http.StatusUnprocessableEntity, "GET", "/book/?listed=", "")
	wantText(t, c.Want(http.StatusOK, "GET", "/book/?listed=true&limit=", "", html), `>/book/?listed=true<`, `href="/book/?listed=true&amp;format=json"`)
}

func TestBooleanFilterIsAChoiceWithItsValue(t *testing.T) {
	t.Parallel()
	page := start(t).Want(http.StatusOK, "GET", "/book/?listed=false&status=&shelf=", "", html)
	_, control, _ := strings.Cut(page.Body, `<select id="query-listed"`)
	control, _, _ = strings.Cut(control, "</select>")
	if !strings.Contains(control, "<option>true</option><option selected>false</option>") || !strings.Contains(page.Body, "Emma") {
		t.Errorf("the control is %q on %s", control, page.Body)
	}
}
