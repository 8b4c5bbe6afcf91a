package browsable_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestFileThatIsJSONIsNoPage(t *testing.T) {
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
		t.Errorf("what is encoded already has become %s", got.Body)
	}
}

func TestQueryThatIsMalformedIsRefusedWithAFormatToo(t *testing.T) {
	t.Parallel()
	c := start(t)
	for _, query := range []string{"format=html;x", "format=html&%zz"} {
		c.Want(http.StatusBadRequest, "GET", "/plant/?"+query, "", html)
		c.Want(http.StatusBadRequest, "GET", "/plant/?"+query, "")
	}
}

// Preconditions of a change are kept, although a page is asked for.
func TestChangeThatAsksForAPageKeepsItsConditions(t *testing.T) {
	t.Parallel()
	c := start(t)
	etag := c.Want(http.StatusCreated, "POST", "/plant/", fern).Header.Get("ETag")
	c.Want(http.StatusPreconditionFailed, "PUT", "/plant/1", fern, html, "If-None-Match: "+etag)
}

func TestTextThatTurnsItsDirectionIsShownAsWhatItIs(t *testing.T) {
	t.Parallel()
	c := start(t)
	c.Want(http.StatusCreated, "POST", "/plant/", fern[:len(fern)-1]+`,"note":"`+"\u202e\u2066exe.png\u2069\u202c"+`"}`)
	page := c.Want(http.StatusOK, "GET", "/plant/1", "", html)
	wantText(t, page, `&#34;\u202e\u2066exe.png\u2069\u202c&#34;</span>`)
	control := "\n\u202e\u2066exe.png\u2069\u202c</textarea>" // where it can be edited, and must be what it is
	if rest := strings.Replace(page.Body, control, "", 1); rest == page.Body || strings.ContainsAny(rest, "\u202e\u2066\u2069\u202c") {
		t.Errorf("it turns what is beside it, or cannot be edited: %s", page.Body)
	}
	if path := c.Do("GET", "/plant/%E2%80%AEgnp", "", html).Body; strings.Contains(path, "\u202e") || !strings.Contains(path, `/plant/\u202egnp`) {
		t.Errorf("it turns the path: %s", path)
	}
}

func TestFormThatFailedIsTheOnlyOneOnItsPage(t *testing.T) {
	t.Parallel()
	c := start(t)
	c.Want(http.StatusCreated, "POST", "/plant/", fern)
	for method, target := range map[string]string{"DELETE": "/plant/9", "PUT": "/plant/9"} {
		page := send(c, target, typed("_method", method, "name", "Mine"))
		if page.Status != http.StatusNotFound {
			t.Fatal(page)
		}
		for id, there := range map[string]bool{"post": false, "put": method == "PUT", "delete": method == "DELETE"} {
			if strings.Contains(page.Body, `id="`+id+`"`) != there {
				t.Errorf("%s: the form %s is there: %v", method, id, !there)
			}
		}
	}
}

func TestCurlSendsWhatItSaysToTheURLThatItSays(t *testing.T) {
	t.Parallel()
	c := start(t)
	wantText(t, c.Want(http.StatusUnprocessableEntity, "GET", "/plant/?limit=1&x={a,b}[1]", "", html), "curl -g &#39;http://example.com/plant/?limit=1&amp;x={a,b}[1]&#39;")
	wantText(t, send(c, "/plant/", url.Values{"_content": {"@/etc/passwd"}}), "--data-raw &#39;@/etc/passwd&#39;")
}

func TestCollectionHasTheTurnsThatTheAnswerLinksTo(t *testing.T) {
	t.Parallel()
	c := start(t)
	for range 5 {
		c.Want(http.StatusCreated, "POST", "/plant/", fern)
	}
	const first, prev, next = `rel="first">First page`, `rel="prev">Previous page`, `rel="next">Next page`
	for query, want := range map[string]string{
		"limit=2": next, "limit=2&after=2": first + prev + next, "limit=2&after=4": first + prev, "limit=2&before=5": first + prev + next, "": "",
	} {
		page := c.Want(http.StatusOK, "GET", "/plant/?"+query, "", html)
		for _, turn := range []string{first, prev, next} {
			if strings.Contains(page.Body, turn) != strings.Contains(want, turn) {
				t.Errorf("%s: %s is there: %v", query, turn, strings.Contains(page.Body, turn))
			}
		}
	}
	wantText(t, c.Want(http.StatusOK, "GET", "/plant/?limit=2&after=2", "", html), `href="/plant/?before=3&amp;limit=2" rel="prev"`, `href="/plant/?limit=2" rel="first"`)
}

func TestFilterWithEmptyControlsShowsThePage(t *testing.T) {
	t.Parallel()
	c := start(t)
	c.Want(http.StatusOK, "GET", "/plant/?limit=10&after=&before=", "", html)
	c.Want(http.StatusUnprocessableEntity, "GET", "/plant/?limit=10&after=&before=", "")
}

func TestHeadOfAPageHasTheHeaderOfItsGet(t *testing.T) {
	t.Parallel()
	c := start(t)
	c.Want(http.StatusCreated, "POST", "/plant/", fern)
	for _, target := range []string{"/", "/plant/", "/plant/?limit=1&after=1", "/plant/?limit=x", "/plant/1", "/plant/9", "/nothing", "/water", "/sell", "/panic", "/notes.json"} {
		get, head := c.Do("GET", target, "", html, "X-Request-ID: same"), c.Do("HEAD", target, "", html, "X-Request-ID: same")
		if diff := cmp.Diff(get.Header, head.Header); diff != "" || get.Status != head.Status {
			t.Errorf("%s is a %d, its HEAD a %d (-GET +HEAD):\n%s", target, get.Status, head.Status, diff)
		}
	}
}
