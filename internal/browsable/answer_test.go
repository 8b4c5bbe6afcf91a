package browsable_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestFileThatIsJSONDoesNotBecomeAPage(t *testing.T) {
	t.Parallel()
	c := start(t)
	for _, tt := range []struct {
		name, header, body string
		status             int
	}{
		{"as it is", "X-Nothing: special", notes, http.StatusOK},
		{"a part of it", "Range: bytes=0-4", notes[:5], http.StatusPartialContent},
		{"one that the browser has", `If-None-Match: "notes"`, "", http.StatusNotModified},
	} {
		got := c.Want(tt.status, "GET", "/notes.json", "", html, tt.header)
		if got.Body != tt.body || got.Header.Get("ETag") != `"notes"` {
			t.Errorf("%s: %v", tt.name, got)
		}
	}
	if got := c.Want(http.StatusOK, "GET", "/encoded", "", html); got.Body != "compressed" {
		t.Errorf("the encoded answer has become %s", got.Body)
	}
}

func TestMalformedQueryIsRefusedEvenWithAFormat(t *testing.T) {
	t.Parallel()
	c := start(t)
	for _, query := range []string{"format=html;x", "format=html&%zz"} {
		c.Want(http.StatusBadRequest, "GET", "/book/?"+query, "", html)
		c.Want(http.StatusBadRequest, "GET", "/book/?"+query, "")
	}
}

func TestChangeThatAsksForAPageKeepsItsPreconditions(t *testing.T) {
	t.Parallel()
	c := start(t)
	etag := c.Want(http.StatusOK, "GET", "/book/1", "").Header.Get("ETag")
	c.Want(http.StatusPreconditionFailed, "PUT", "/book/1", emma, html, "If-None-Match: "+etag)
}

func TestCharactersThatChangeTheDirectionOfTextAreShownEscaped(t *testing.T) {
	t.Parallel()
	c := start(t)
	c.Want(http.StatusOK, "PUT", "/book/1", emma[:len(emma)-1]+`,"note":"`+"\u202e\u2066exe.png\u2069\u202c"+`"}`)
	page := c.Want(http.StatusOK, "GET", "/book/1", "", html)
	wantText(t, page, `&#34;\u202e\u2066exe.png\u2069\u202c&#34;</span>`)
	control := "\n\u202e\u2066exe.png\u2069\u202c</textarea>" // in the control where it is edited
	if rest := strings.Replace(page.Body, control, "", 1); rest == page.Body || strings.ContainsAny(rest, "\u202e\u2066\u2069\u202c") {
		t.Errorf("the surrounding text changes its direction, or the note cannot be edited: %s", page.Body)
	}
	if path := c.Do("GET", "/book/%E2%80%AEgnp", "", html).Body; strings.Contains(path, "\u202e") || !strings.Contains(path, `/book/\u202egnp`) {
		t.Errorf("the path changes its direction: %s", path)
	}
}

func TestRefusedFormIsTheOnlyOneOnItsPage(t *testing.T) {
	t.Parallel()
	c := start(t)
	for method, target := range map[string]string{"DELETE": "/book/9", "PUT": "/book/9"} {
		page := send(c, target, typed("_method", method, "title", "Mine"))
		if page.Status != http.StatusNotFound {
			t.Fatal(page)
		}
		for id, there := range map[string]bool{"post": false, "put": method == "PUT", "delete": method == "DELETE"} {
			if strings.Contains(page.Body, `id="`+id+`"`) != there {
				t.Errorf("%s: the page has the form %s: %v", method, id, !there)
			}
		}
	}
}

func TestCurlCommandSendsExactlyTheShownRequest(t *testing.T) {
	t.Parallel()
	c := start(t)
	wantText(t, c.Want(http.StatusUnprocessableEntity, "GET", "/book/?limit=1&x={a,b}[1]", "", html), "curl -g &#39;http://example.org/book/?limit=1&amp;x={a,b}[1]&#39;")
	wantText(t, send(c, "/book/", url.Values{"_content": {"@/etc/passwd"}}), "--data-raw &#39;@/etc/passwd&#39;")
}

func TestCollectionLinksToTheFirstPreviousAndNextPage(t *testing.T) {
	t.Parallel()
	c := start(t)
	for range 3 {
		c.Want(http.StatusCreated, "POST", "/book/", emma)
	}
	const first, prev, next = `rel="first">First page`, `rel="prev">Previous page`, `rel="next">Next page`
	for query, want := range map[string]string{
		"limit=2": next, "limit=2&after=4": first + prev + next, "limit=2&after=2": first + prev, "limit=2&before=1": first + prev + next, "": "",
	} {
		page := c.Want(http.StatusOK, "GET", "/book/?"+query, "", html)
		for _, link := range []string{first, prev, next} {
			if strings.Contains(page.Body, link) != strings.Contains(want, link) {
				t.Errorf("%s: the page has %s: %v", query, link, strings.Contains(page.Body, link))
			}
		}
	}
	wantText(t, c.Want(http.StatusOK, "GET", "/book/?limit=2&after=4", "", html), `href="/book/?before=3&amp;limit=2" rel="prev"`, `href="/book/?limit=2" rel="first"`)
}

func TestFilterWithEmptyControlsShowsThePage(t *testing.T) {
	t.Parallel()
	c := start(t)
	c.Want(http.StatusOK, "GET", "/book/?limit=10&after=&before=&status=", "", html)
	c.Want(http.StatusUnprocessableEntity, "GET", "/book/?limit=10&after=&before=", "")
}

func TestHEADOfAPageHasTheHeadersOfItsGET(t *testing.T) {
	t.Parallel()
	c := start(t)
	for _, target := range []string{"/", "/book/", "/book/?limit=1&after=1", "/book/?limit=x", "/book/1", "/book/9", "/nothing", "/sort", "/stopping", "/panic", "/notes.json"} {
		get, head := c.Do("GET", target, "", html, "X-Request-ID: same"), c.Do("HEAD", target, "", html, "X-Request-ID: same")
		if diff := cmp.Diff(get.Header, head.Header); diff != "" || get.Status != head.Status {
			t.Errorf("%s is a %d, its HEAD a %d (-GET +HEAD):\n%s", target, get.Status, head.Status, diff)
		}
	}
}
