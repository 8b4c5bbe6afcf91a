package browsable_test

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/danielgtaylor/huma/v2"

	"example.com/templatesite/internal/browsertest"
	"example.com/templatesite/internal/database"
	"example.com/templatesite/internal/databasetest"
	"example.com/templatesite/internal/sampletest"
	"example.com/templatesite/internal/web"
	"example.com/templatesite/internal/webtest"
)

func TestRowLinksToTheListsOfWhatRefersToIt(t *testing.T) {
	t.Parallel()
	c := start(t)
	shelf := c.Want(http.StatusOK, "GET", "/shelf/1", "", html)
	wantText(t, shelf, `What refers to this</h3>`, `<li>book: <a href="/book/?shelf=1">/book/?shelf=1</a></li>`)
	wantText(t, c.Want(http.StatusOK, "GET", "/book/?shelf=1", "", html), "Walden", "Emma")
	for target, status := range map[string]int{"/shelf/": 200, "/shelf/77": 404, "/shelf/1/book/": 200, "/book/1": 200, "/": 200} {
		if page := c.Want(status, "GET", target, "", html); strings.Contains(page.Body, "What refers to this") {
			t.Errorf("%s has links to what refers to it", target)
		}
	}
}

func TestRefusedDeletionLinksToTheListsOfWhatRefersToTheRow(t *testing.T) {
	t.Parallel()
	db := databasetest.Open(t, sampletest.Resources())
	sampletest.Load(t, db)
	api := web.NewAPI(web.Options{Title: "library", Version: "1", MaxBodyBytes: 1000, Classify: database.Classifier(sampletest.Resources())})
	for _, resource := range sampletest.Resources() {
		resource.Routes(api, db.DB)
	}
	web.Register(api, huma.Operation{OperationID: "delete-shelf", Method: "DELETE", Path: "/shelf/{id}"},
		func(ctx context.Context, in *web.ItemInput) (*struct{}, error) {
			_, err := db.Write.ExecContext(ctx, "delete from shelf where id = $1", in.ID)
			return nil, err
		})
	refused := send(webtest.New(t, withPages(t, api)), "/shelf/1", url.Values{"_method": {"DELETE"}})
	if refused.Status != http.StatusConflict {
		t.Errorf("%d, want 409", refused.Status)
	}
	wantText(t, refused, "Something refers to this: book.", `<li>book: <a href="/book/?shelf=1">/book/?shelf=1</a></li>`)
}

// A list without a filter for the row is linked as it is, and what has no list is not linked.
func TestRefusedDeletionLinksToListsWithoutAFilter(t *testing.T) {
	t.Parallel()
	api := web.NewAPI(web.Options{Title: "yard", Version: "1", MaxBodyBytes: 1000})
	web.Register(api, huma.Operation{OperationID: "list-nests", Method: "GET", Path: "/nest/"},
		func(context.Context, *struct{}) (*struct{ Body []string }, error) { return nil, nil })
	web.Register(api, huma.Operation{OperationID: "delete-tree", Method: "DELETE", Path: "/tree/{id}"},
		func(context.Context, *web.ItemInput) (*struct{}, error) {
			refused := web.NewProblem(http.StatusConflict, "No.")
			refused.Referrers = []string{"nest", "hidden"}
			return nil, refused
		})
	refused := send(webtest.New(t, withPages(t, api)), "/tree/1", url.Values{"_method": {"DELETE"}})
	wantText(t, refused, `<li>nest: <a href="/nest/">/nest/</a></li>`)
	if strings.Contains(refused.Body, `"/hidden/"`) {
		t.Errorf("the page links to a list that does not exist:\n%s", refused.Body)
	}
}

func TestReferenceInAFormLinksToItsListAndToItsRow(t *testing.T) {
	t.Parallel()
	c := start(t)
	const list = `<a href="/shelf/" target="_blank">Find it in /shelf/</a> (new tab)</p>`
	const row = `<a href="/shelf/1" target="_blank">Open /shelf/1</a> · `
	const empty, filled = `-shelf">` + list, `-shelf">` + row + list
	wantText(t, c.Want(http.StatusOK, "GET", "/book/", "", html), `"list-post`+empty, `"list-query`+empty, `aria-describedby="help-post-shelf list-post-shelf"`)
	wantText(t, c.Want(http.StatusOK, "GET", "/book/?shelf=1", "", html), `"list-post`+empty, `"list-query`+filled)
	wantText(t, c.Want(http.StatusOK, "GET", "/book/1", "", html), `"list-put`+filled)
	wantText(t, send(c, "/book/", typed("title", "")), `"list-post`+filled)
	// What is no row, or none that exists, has no link.
	for _, wrong := range []string{"77", "many", "-1"} {
		wantText(t, send(c, "/book/", typed("shelf", wrong)), `"list-post`+empty, `aria-describedby="error-post-shelf help-post-shelf list-post-shelf"`)
	}
}

func TestReferencesAreFollowedInABrowser(t *testing.T) {
	t.Parallel()
	withAndWithoutScripts(t, serve(t, library(t, 1000)), func(tab *browsertest.Tab) {
		tab.Visit("/shelf/1")
		for _, found := range tab.Audit() {
			t.Error(found)
		}
		tab.Follow("/book/?shelf=1")
		tab.Want("Walden", "Emma", "Open /shelf/1")
		for _, found := range tab.Audit() {
			t.Error(found)
		}
		tab.Type("#query-shelf", "2")
		show(t, tab, http.StatusOK, "Open /shelf/2")
	})
}
