package systemtest

import (
	"context"
	"encoding/json"
	"maps"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"testing"

	"example.com/templatesite/internal/webtest"
)

// temporary begins the text of rows that their tests may delete at any time.
const temporary = "temporary"

func TestEveryListedRowIsFoundAtItsURL(t *testing.T) {
	t.Parallel()
	resource, c := needResource(t), webtest.At(t, baseURL)
	created := create(t, c, resource, "to be listed")
	t.Cleanup(func() { remove(t, created) })
	list := func(query string) []row {
		return webtest.JSON[[]row](t, c.Want(http.StatusOK, "GET", resource.Path+query, ""))
	}
	var all []row
	for target := resource.Path + "?limit=1000"; target != ""; {
		page := c.Want(http.StatusOK, "GET", target, "")
		all = append(all, webtest.JSON[[]row](t, page)...)
		target = webtest.Linked(page, "next")
	}
	if !slices.ContainsFunc(all, func(r row) bool { return reflect.DeepEqual(r, created) }) {
		t.Errorf("%+v is on none of the pages, which have %d rows", created, len(all))
	}
	listed := list("?limit=20")
	if len(listed) == 0 {
		t.Error("the collection is empty")
	}
	for _, one := range append(listed, created) {
		if text, _ := one[resource.Text].(string); strings.HasPrefix(text, temporary) {
			continue
		}
		got := webtest.JSON[row](t, c.Want(http.StatusOK, "GET", one.href(), ""))
		if !reflect.DeepEqual(got, one) {
			t.Errorf("%s is %+v, want %+v", one.href(), got, one)
		}
	}
}

// remove deletes a row after a test, when the context of the test is done.
func remove(t *testing.T, r row) {
	answer, err := webtest.Send(context.Background(), http.DefaultTransport, "DELETE", r.href(), "")
	if err != nil || answer.Status != http.StatusNoContent {
		t.Errorf("DELETE %s = %d, %v: %s", r.href(), answer.Status, err, answer.Body)
	}
}

func TestRowIsCreatedReplacedPatchedAndDeleted(t *testing.T) {
	t.Parallel()
	resource, c := needResource(t), webtest.At(t, baseURL)
	answer := c.Want(http.StatusCreated, "POST", resource.Path, resource.Body(temporary))
	created, etag := webtest.JSON[row](t, answer), answer.Header.Get("ETag")
	if got := answer.Header.Get("Location"); got != created.href() {
		t.Errorf("Location = %q, href = %q", got, created.href())
	}
	c.Want(http.StatusNotModified, "GET", created.href(), "", "If-None-Match: "+etag)
	// A field that the service itself changes, such as updated_at, must be left out here.
	changesTo := func(text string, answer webtest.Response) {
		t.Helper()
		want := maps.Clone(created)
		want[resource.Text] = text
		if got := webtest.JSON[row](t, answer); !reflect.DeepEqual(got, want) {
			t.Errorf("the row is %+v, want %+v", got, want)
		}
	}
	replaced := temporary + ", replaced"
	changesTo(replaced, c.Want(http.StatusOK, "PUT", created.href(), resource.Replacement(created, replaced), "If-Match: "+etag))
	c.Want(http.StatusPreconditionFailed, "PUT", created.href(), resource.Replacement(created, "lost"), "If-Match: "+etag)
	patched := temporary + ", patched"
	patch, err := json.Marshal(map[string]string{resource.Text: patched})
	if err != nil {
		t.Fatal(err)
	}
	changesTo(patched, c.Want(http.StatusOK, "PATCH", created.href(), string(patch)))
	c.Want(http.StatusNoContent, "DELETE", created.href(), "")
	c.Want(http.StatusNotFound, "GET", created.href(), "")
}

func TestBrowserGetsAPageFromTheSameURL(t *testing.T) { // feature: pages
	t.Parallel()
	resource, c := needResource(t), webtest.At(t, baseURL)
	created := create(t, c, resource, temporary+", as a page")
	t.Cleanup(func() { remove(t, created) })
	for accept, want := range map[string]string{"text/html,*/*;q=0.8": "text/html; charset=utf-8", "*/*": "application/json"} {
		if got := c.Want(http.StatusOK, "GET", created.href(), "", "Accept: "+accept).Header.Get("Content-Type"); got != want {
			t.Errorf("Accept: %s gets %s, want %s", accept, got, want)
		}
	}
}

func TestHealthcheckIsOK(t *testing.T) {
	t.Parallel()
	health := webtest.JSON[map[string]any](t, webtest.At(t, baseURL).Want(http.StatusOK, "GET", "/healthcheck", ""))
	db, _ := health["db"].(map[string]any)
	if health["status"] != "ok" || !maps.Equal(db, map[string]any{"status": "ok"}) {
		t.Errorf("healthcheck = %v", health)
	}
}

func TestResponseRepeatsTheRequestID(t *testing.T) {
	t.Parallel()
	answer := webtest.At(t, baseURL).Want(http.StatusOK, "GET", "/healthcheck", "", "X-Request-ID: test_id")
	if got := answer.Header.Get("X-Request-ID"); got != "test_id" {
		t.Errorf("X-Request-ID = %q", got)
	}
}
