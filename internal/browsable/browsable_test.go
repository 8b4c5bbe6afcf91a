package browsable_test

import (
	escaping "html"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"example.com/templatesite/internal/webtest"
)

// send posts a form, as a browser does.
func send(c *webtest.Client, target string, values url.Values, headers ...string) webtest.Response {
	return c.Do("POST", target, values.Encode(), append(headers, html, formType)...)
}

func wantText(t *testing.T, answer webtest.Response, texts ...string) {
	t.Helper()
	for _, text := range texts {
		if !strings.Contains(answer.Body, text) {
			t.Errorf("the page does not have %q:\n%s", text, answer.Body)
		}
	}
}

func TestAcceptDecidesBetweenJSONAndAPage(t *testing.T) {
	t.Parallel()
	c := start(t)
	for _, tt := range []struct {
		target, accept string
		page           bool
	}{
		{"/", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", true},
		{"/", "text/html", true},
		{"/", "Text/HTML", true},
		{"/", "text/*", true},
		{"/", "text/html;q=0.5, application/json;q=0.4", true},
		{"/", "text/html;q=0.5, */*;q=0.1", true},
		{"/", "", false},
		{"/", "*/*", false},
		{"/", "application/json", false},
		{"/", "application/json, text/plain, */*", false},
		{"/", "text/html, application/json", false},
		{"/", "text/html;q=0.5, application/json", false},
		{"/", "text/html;q=0, */*", false},
		{"/", "text/html;q=0.8, */*;q=0.8", false},
		{"/?format=html", "application/json", true},
		{"/?format=json", "text/html", false},
		{"/?format=xml", "text/html", true},
		{"/?myformat=html", "*/*", false},
		{"/nothing", "text/html", true},
		{"/nothing", "*/*", false},
	} {
		answer := c.Do("GET", tt.target, "", "Accept: "+tt.accept)
		if page := answer.Header.Get("Content-Type") == "text/html; charset=utf-8"; page != tt.page {
			t.Errorf("GET %s with Accept %q: a page = %v", tt.target, tt.accept, page)
		}
		if vary := answer.Header.Values("Vary"); len(vary) != 1 || vary[0] != "Accept" {
			t.Errorf("GET %s with Accept %q: Vary = %v", tt.target, tt.accept, vary)
		}
	}
}

func TestPageAllowsNoForeignScripts(t *testing.T) {
	t.Parallel()
	c := start(t)
	for target, status := range map[string]int{"/": 200, "/book/": 200, "/nothing": 404, "/book/x": 422} {
		header := c.Want(status, "GET", target, "", html).Header
		for name, want := range map[string]string{
			"Content-Security-Policy":      "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
			"X-Content-Type-Options":       "nosniff",
			"Referrer-Policy":              "same-origin",
			"Cross-Origin-Opener-Policy":   "same-origin",
			"Cross-Origin-Resource-Policy": "same-origin",
			"Cache-Control":                "no-store",
		} {
			if got := header.Get(name); got != want {
				t.Errorf("%s: %s = %q", target, name, got)
			}
		}
		asJSON := c.Want(status, "GET", target, "").Header
		if asJSON.Get("Content-Security-Policy") != "default-src 'none'; frame-ancestors 'none'" || asJSON.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s as JSON: %v", target, asJSON)
		}
	}
}

// The ETag names the JSON, and the page is another representation.
func TestPageHasNoETag(t *testing.T) {
	t.Parallel()
	c := start(t)
	etag := c.Want(http.StatusOK, "GET", "/book/1", "").Header.Get("ETag")
	page := c.Want(http.StatusOK, "GET", "/book/1", "", html, "If-None-Match: "+etag)
	if got := page.Header.Get("ETag"); got != "" {
		t.Errorf("ETag = %s", got)
	}
	c.Want(http.StatusNotModified, "GET", "/book/1", "", "If-None-Match: "+etag)
}

func TestProblemOfAPanicReplacesTheHalfWrittenAnswer(t *testing.T) {
	t.Parallel()
	page := start(t).Want(http.StatusInternalServerError, "GET", "/panic", "", html)
	wantText(t, page, "Internal Server Error", "request_id")
	if strings.Contains(page.Body, "half") {
		t.Error("the page also has the half-written answer")
	}
}

func TestStoredMarkupIsShownAsText(t *testing.T) {
	t.Parallel()
	c := start(t)
	for _, text := range []string{
		`</pre><script>1</script>`, `</textarea><b>`, `"><img src=x>`, `javascript:alert(1)`, `'onclick='x`, `{{.}}`, "\u202e<i>", `&lt;u&gt;`,
	} {
		created := c.Want(http.StatusCreated, "POST", "/book/", emma[:len(emma)-1]+`,"note":`+quote(text)+`}`)
		page := c.Want(http.StatusOK, "GET", strings.TrimPrefix(created.Header.Get("Location"), "http://example.org"), "", html)
		for _, element := range []string{"<script>1", "<b>", "<img src=x", `href="javascript`, "<i>", "<u>", "'onclick"} {
			if strings.Contains(page.Body, element) {
				t.Errorf("%q becomes %s", text, element)
			}
		}
		if !strings.Contains(page.Body, strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", "'", "&#39;", `"`, "&#34;").Replace(text)) {
			t.Errorf("%q is not in the form", text)
		}
	}
}

// strange is JSON that parsing and writing it again would change.
const strange = `{"number":12345678901234567890.10,"small":-0,"large":1e400,"escaped":"\u00e4\/\"\\","empty":[{},[]],"word":[null,true,false],` +
	`"twice":1,"twice":2,"tag":"<b>&amp;</b>","url":"see http://example.org/?a=1&b=2, or https://x.example/.","":""}`

func TestJSONOnAPageIsExactlyTheAnswer(t *testing.T) {
	t.Parallel()
	page := start(t).Want(http.StatusOK, "GET", "/strange", "", html)
	_, rest, _ := strings.Cut(page.Body, `<pre class="json">`)
	shown, _, _ := strings.Cut(rest, "</pre>")
	text := escaping.UnescapeString(regexp.MustCompile(`<[^>]*>`).ReplaceAllString(shown, ""))
	got := strings.ReplaceAll(regexp.MustCompile(`\n *`).ReplaceAllString(text, ""), `": `, `":`)
	if diff := cmp.Diff(strange, got); diff != "" {
		t.Errorf("the page shows other JSON (-want +got):\n%s", diff)
	}
	wantText(t, page, `see <a href="http://example.org/?a=1&amp;b=2" rel="nofollow">http://example.org/?a=1&amp;b=2</a>, or <a href="https://x.example/" rel="nofollow">`)
}

func TestOperationWithoutABodyIsOnlyAButton(t *testing.T) {
	t.Parallel()
	c := start(t)
	page := c.Want(http.StatusMethodNotAllowed, "GET", "/sort", "", html)
	wantText(t, page, "Sort the shelves", `name="_method" value="POST"`, "<button>Send</button>")
	answer := send(c, "/sort", url.Values{"_method": {"POST"}})
	wantText(t, answer, "Done.")
	if answer.Status != http.StatusOK {
		t.Errorf("status %d", answer.Status)
	}
}

func TestPageOfOPTIONSHasNoFormToChangeTheResource(t *testing.T) {
	t.Parallel()
	c := start(t)
	page := c.Want(http.StatusOK, "OPTIONS", "/book/1", "", html)
	wantText(t, page, "&#34;operations&#34;")
	if strings.Contains(page.Body, `id="put-title"`) {
		t.Error("the page has a form to change the book")
	}
}

func TestNoPathMakesAPageLinkToAnotherHost(t *testing.T) {
	t.Parallel()
	c := start(t)
	for _, path := range []string{"//evil.example/", `/\evil.example/`, "/%2f/evil.example/", "/%2F%2Fevil.example", "/x%22onclick=%221/", "/javascript:alert(1)"} {
		// The POST is refused before its path is examined.
		page := c.Do("GET", path, "", html).Body + c.Do("POST", path, "", html, "Sec-Fetch-Site: cross-site").Body
		for _, link := range regexp.MustCompile(`(?:href|action|src)="([^"]*)"`).FindAllStringSubmatch(page, -1) {
			if !regexp.MustCompile(`^(/($|[^/\\])|#)`).MatchString(escaping.UnescapeString(link[1])) {
				t.Errorf("the page of %s links to %s", path, link[1])
			}
		}
	}
}

func TestLinksOnAPageDoNotRepeatTheFormat(t *testing.T) {
	t.Parallel()
	c := start(t)
	for range 3 {
		c.Want(http.StatusCreated, "POST", "/book/", emma)
	}
	page := c.Want(http.StatusOK, "GET", "/book/?format=html&limit=1&after=4", "")
	wantText(t, page, `href="/book/?after=3&amp;limit=1" rel="next"`, `href="/book/?limit=1" rel="first"`)
	if strings.Contains(page.Body, "format=html") {
		t.Error("format=html is in the page")
	}
}

func quote(text string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(text) + `"`
}
