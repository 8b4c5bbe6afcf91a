package browsable_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"runtime"
	"strings"
	"testing"
	"time"

	"example.com/templatesite/internal/webtest"
)

const formType = "Content-Type: application/x-www-form-urlencoded"

// long is the size of a long URL, in bytes: the server accepts a header of 64 KB.
const long = 62_000

// patience is far longer than the milliseconds that these pages take: the machine may be busy.
const patience = 5 * time.Second

// cost returns the response to a request, the shortest time that it took and the bytes that
// it allocated.
func cost(c *webtest.Client, method, target, body string, headers ...string) (answer webtest.Response, took time.Duration, allocated uint64) {
	took = time.Hour
	for range 3 {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		begin := time.Now()
		answer = c.Do(method, target, body, headers...)
		took = min(took, time.Since(begin))
		runtime.ReadMemStats(&after)
		allocated = after.TotalAlloc - before.TotalAlloc
	}
	return answer, took, allocated
}

// It is not parallel: it counts what the process allocates.
func TestPageOfALongAddressIsShortAndQuick(t *testing.T) {
	c := start(t)
	for name, target := range map[string]string{
		"steps":             strings.Repeat("/a", long/2),
		"empty steps":       "/a" + strings.Repeat("/", long),
		"apostrophes":       "/" + strings.Repeat("'", long),
		"turned directions": "/" + strings.Repeat("%E2%80%AE", long/9),
		"query":             "/book/?x=" + strings.Repeat("'", long),
		"parameters":        "/book/?" + strings.Repeat("a&", long/2),
		"a filter":          "/book/?limit=" + strings.Repeat("'", long),
		"a key":             "/book/" + strings.Repeat("'", long),
		"steps of a key":    "/book/" + strings.Repeat("1/", long/2),
	} {
		page, took, allocated := cost(c, "GET", target, "", html)
		if len(page.Body) > 100_000 || took > patience || allocated > 20<<20 {
			t.Errorf("%s: %d with %d bytes after %v, %d bytes allocated", name, page.Status, len(page.Body), took, allocated)
		}
		if page.Status != http.StatusTemporaryRedirect {
			wantText(t, page, "</html>")
		}
	}
}

// It is not parallel: it counts what the process allocates.
func TestPageRepeatsLittleOfALongForm(t *testing.T) {
	books := webtest.New(t, library(t, 1<<20))
	etag := books.Want(http.StatusOK, "GET", "/book/1", "").Header.Get("ETag")
	for name, form := range map[string]string{
		"apostrophes in a line":  "title=" + strings.Repeat("'", 1_000_000),
		"apostrophes in an area": "note=" + strings.Repeat("'", 1_000_000),
		"controls in an area":    "note=" + strings.Repeat("%01", 340_000),
		"a number":               "pages=" + strings.Repeat("'", 1_000_000),
		"a choice":               "status=" + strings.Repeat("'", 1_000_000),
		"a time":                 "due=" + strings.Repeat("'", 1_000_000),
		"the original of a time": "due.original=" + strings.Repeat("'", 1_000_000),
		"a body":                 "_content=" + strings.Repeat("'", 1_000_000),
		"a body of many lines":   "_content=[" + strings.Repeat("1,", 300_000) + "1]",
		"an ETag":                "_etag=" + strings.Repeat("'", 1_000_000),
		"many fields":            strings.Repeat("x&", 500_000),
		"many long fields":       "note=" + strings.Repeat("'", 200_000) + "&title=" + strings.Repeat("'", 200_000) + "&shelf=" + strings.Repeat("'", 200_000),
		"a conflict":             "_etag=%22old%22&note=" + strings.Repeat("'", 1_000_000),
		"an unknown field":       "other=" + strings.Repeat("'", 1_000_000),
	} {
		costOfForm(t, books, name, "/book/", form)
		if form += "&_method=PUT"; !strings.Contains(form, "_etag") {
			form += "&_etag=" + url.QueryEscape(etag)
		}
		costOfForm(t, books, name, "/book/1", form)
	}
	things := webtest.New(t, thing[rare](t, "PUT", anyRare))
	for name, form := range map[string]string{
		"a text without a bound": "tags=1&text=" + strings.Repeat("'", 1_000_000),
		"controls in it":         "tags=1&text=" + strings.Repeat("%01", 340_000),
		"nested JSON":            "tags=" + strings.Repeat("[", 9_000) + strings.Repeat("]", 9_000),
		"JSON of many lines":     "tags=[" + strings.Repeat("1,", 300_000) + "1]",
		"many long fields":       "code=a&text=" + strings.Repeat("'", 200_000) + "&tags=" + strings.Repeat("'", 200_000) + "&place.room=" + strings.Repeat("'", 200_000),
	} {
		costOfForm(t, things, name, "/thing", form)
		costOfForm(t, things, name, "/thing", form+"&_method=PUT")
	}
}

// costOfForm sends a form that must be refused, and fails the test if its page is large or slow,
// or needs much memory.
func costOfForm(t *testing.T, c *webtest.Client, name, target, form string) {
	t.Helper()
	page, took, allocated := cost(c, "POST", target, form, html, formType)
	if page.Status < 400 || len(page.Body) > 500_000 || took > patience || allocated > 100<<20 {
		t.Errorf("%s, sent to %s: %d with %d bytes after %v, %d bytes allocated", name, target, page.Status, len(page.Body), took, allocated)
	}
}

// It is not parallel: it counts what the process allocates.
func TestPageOfALongResourceIsBounded(t *testing.T) {
	const begin = `{"lent":true,"place":{"room":"hall"},`
	for name, stored := range map[string]string{
		"a long text": begin + `"text":"` + strings.Repeat("'", 1_000_000) + `"}`,
		"a long list": begin + `"tags":["` + strings.Repeat(`","`, 300_000) + `"]}`,
	} {
		page, _, allocated := cost(webtest.New(t, thing[rare](t, "PUT", stored)), "GET", "/thing", "", html)
		if len(page.Body) > 3<<20 || allocated > 100<<20 {
			t.Errorf("the page of %s has %d bytes, %d bytes allocated", name, len(page.Body), allocated)
		}
		wantText(t, page, "This is too long to be edited on a page.", "The rest is in the raw JSON.", "Make it")
	}
	if page, _, allocated := cost(start(t), "GET", "/nested", "", html); len(page.Body) > 3<<20 || allocated > 100<<20 {
		t.Errorf("the page of nested JSON has %d bytes, %d bytes allocated", len(page.Body), allocated)
	}
}

// A text of ordinary length is not lost, and the page says so when a longer one is.
func TestRefusedLongTextIsShownAgain(t *testing.T) {
	t.Parallel()
	c := webtest.New(t, thing[rare](t, "PUT", anyRare))
	article := strings.Repeat("All work and no play. ", 2_500)
	for _, form := range []url.Values{typedRare("text", article, "price", "cheap"), {"_content": {`{"text":"` + article + `"}`}}} {
		wantText(t, send(c, "/thing", form), article)
	}
	wantText(t, send(c, "/thing", typedRare("place.room", strings.Repeat("'", 1000))), strings.Repeat("&#39;", 1000))
	for _, form := range []url.Values{typedRare("text", strings.Repeat(article, 10), "price", "cheap"), {"_content": {strings.Repeat(article, 10)}}} {
		page := send(c, "/thing", form)
		wantText(t, page, "too long to be shown again (550000 bytes)")
		if strings.Contains(page.Body, "All work") {
			t.Error("the text is shown nevertheless")
		}
	}
}

// getPage requests a page with that context.
func getPage(ctx context.Context, handler http.Handler, target string) webtest.Response {
	r := httptest.NewRequestWithContext(ctx, "GET", target, nil)
	r.Header.Set("Accept", "text/html")
	w := httptest.NewRecorder()
	handler.ServeHTTP(w, r)
	return webtest.Response{Status: w.Code, Header: w.Header(), Body: w.Body.String()}
}

func TestTimeoutHasAPageAndACanceledRequestHasNone(t *testing.T) {
	t.Parallel()
	handler := library(t, 1000)
	for name, tt := range map[string]struct {
		end  func(context.Context) (context.Context, context.CancelFunc)
		page bool
	}{
		"the client has disconnected": {func(ctx context.Context) (context.Context, context.CancelFunc) {
			ctx, cancel := context.WithCancel(ctx)
			cancel()
			return ctx, cancel
		}, false},
		"the request timed out": {func(ctx context.Context) (context.Context, context.CancelFunc) {
			return context.WithTimeout(ctx, 0)
		}, true},
	} {
		ctx, cancel := tt.end(t.Context())
		answer := getPage(ctx, handler, "/book/")
		cancel()
		if page := strings.Contains(answer.Body, "</html>"); page != tt.page {
			t.Errorf("%s: a page = %v", name, page)
		}
	}
}
