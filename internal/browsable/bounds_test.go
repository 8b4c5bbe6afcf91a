package browsable_test

import (
	"context"
	"net/http"
	"net/url"
	"runtime"
	"strings"
	"testing"
	"time"

	"example.com/templatesite/internal/webtest"
)

const formType = "Content-Type: application/x-www-form-urlencoded"

// long is what a header may hold, in bytes: the server takes 64 KB of it.
const long = 62_000

// patience is far more than the milliseconds that these pages take, for a busy machine.
const patience = 5 * time.Second

// cost returns the time in which a request is answered, at best, and the bytes that it
// allocates.
func cost(c *webtest.Client, method, target, body string, headers ...string) (answer webtest.Answer, took time.Duration, allocated uint64) {
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
func TestPageOfALongAddressIsShortAndSoonMade(t *testing.T) {
	c := start(t)
	for name, target := range map[string]string{
		"steps":             strings.Repeat("/a", long/2),
		"empty steps":       "/a" + strings.Repeat("/", long),
		"apostrophes":       "/" + strings.Repeat("'", long),
		"turned directions": "/" + strings.Repeat("%E2%80%AE", long/9),
		"query":             "/plant/?x=" + strings.Repeat("'", long),
		"parameters":        "/plant/?" + strings.Repeat("a&", long/2),
		"a filter":          "/plant/?limit=" + strings.Repeat("'", long),
		"a key":             "/plant/" + strings.Repeat("'", long),
		"steps of a key":    "/plant/" + strings.Repeat("1/", long/2),
	} {
		page, took, allocated := cost(c, "GET", target, "", html)
		if len(page.Body) > 100_000 || took > patience || allocated > 20<<20 {
			t.Errorf("%s: %d with %d bytes after %v, for which %d bytes are allocated", name, page.Status, len(page.Body), took, allocated)
		}
		if page.Status != http.StatusTemporaryRedirect {
			wantText(t, page, "</html>")
		}
	}
}

// It is not parallel: it counts what the process allocates.
func TestPageShowsLittleOfALongForm(t *testing.T) {
	c := webtest.New(t, gardenOf(t, 1<<20))
	etag := c.Want(http.StatusCreated, "POST", "/plant/", fern).Header.Get("ETag")
	for name, form := range map[string]string{
		"apostrophes in a short field": "name=" + strings.Repeat("'", 1_000_000),
		"apostrophes in a long field":  "note=" + strings.Repeat("'", 1_000_000),
		"controls in a long field":     "note=" + strings.Repeat("%01", 340_000),
		"a number":                     "height=" + strings.Repeat("'", 1_000_000),
		"a choice":                     "kind=" + strings.Repeat("'", 1_000_000),
		"nested JSON":                  "tags=" + strings.Repeat("[", 9_000) + strings.Repeat("]", 9_000),
		"JSON of many lines":           "tags=[" + strings.Repeat("1,", 300_000) + "1]",
		"a body":                       "_content=" + strings.Repeat("'", 1_000_000),
		"a body of many lines":         "_content=[" + strings.Repeat("1,", 300_000) + "1]",
		"a version":                    "_etag=" + strings.Repeat("'", 1_000_000),
		"many fields":                  strings.Repeat("x&", 500_000),
		"many long fields":             "note=" + strings.Repeat("'", 200_000) + "&name=" + strings.Repeat("'", 200_000) + "&place.room=" + strings.Repeat("'", 200_000),
		"a conflict":                   "_etag=%22old%22&note=" + strings.Repeat("'", 1_000_000),
		"an unknown field":             "other=" + strings.Repeat("'", 1_000_000),
	} {
		for _, target := range []string{"/plant/", "/plant/1"} {
			sent := form
			if target == "/plant/1" {
				sent += "&_method=PUT"
				if !strings.Contains(form, "_etag") {
					sent += "&_etag=" + url.QueryEscape(etag)
				}
			}
			page, took, allocated := cost(c, "POST", target, sent, html, formType)
			if page.Status < 400 || len(page.Body) > 500_000 || took > patience || allocated > 100<<20 {
				t.Errorf("%s, sent to %s: %d with %d bytes after %v, for which %d bytes are allocated", name, target, page.Status, len(page.Body), took, allocated)
			}
		}
	}
}

func TestPageOfALongResourceIsBounded(t *testing.T) {
	c := webtest.New(t, gardenOf(t, 1<<20))
	stored := fern[:len(fern)-1] + `,"note":"` + strings.Repeat("'", 1_000_000) + `"}`
	c.Want(http.StatusCreated, "POST", "/plant/", stored)
	page, _, allocated := cost(c, "GET", "/plant/1", "", html)
	if len(page.Body) > 3<<20 || allocated > 100<<20 {
		t.Errorf("the page has %d bytes, for which %d bytes are allocated", len(page.Body), allocated)
	}
	wantText(t, page, "This is too long to be edited on a page.", "The rest is in the raw JSON.", "Dig it out")
	if page, _, allocated := cost(c, "GET", "/nested", "", html); len(page.Body) > 3<<20 || allocated > 100<<20 {
		t.Errorf("the page of nested JSON has %d bytes, for which %d bytes are allocated", len(page.Body), allocated)
	}
	many := fern[:len(fern)-1] + `,"tags":["` + strings.Repeat(`","`, 300_000) + `"]}`
	c.Want(http.StatusCreated, "POST", "/plant/", many)
	if page, _, allocated := cost(c, "GET", "/plant/2", "", html); len(page.Body) > 3<<20 || allocated > 100<<20 {
		t.Errorf("the page of many lines has %d bytes, for which %d bytes are allocated", len(page.Body), allocated)
	}
}

// An honest text is not lost, however long it is; and what is, is said.
func TestLongTextThatIsRefusedStays(t *testing.T) {
	t.Parallel()
	c := webtest.New(t, gardenOf(t, 1<<20))
	article := strings.Repeat("All work and no play. ", 2_500)
	for _, form := range []url.Values{typed("note", article, "height", "tall"), {"_content": {`{"note":"` + article + `"}`}}} {
		wantText(t, send(c, "/plant/", form), article)
	}
	wantText(t, send(c, "/plant/", typed("name", strings.Repeat("'", 1000))), strings.Repeat("&#39;", 1000))
	for _, form := range []url.Values{typed("note", strings.Repeat(article, 10), "height", "tall"), {"_content": {strings.Repeat(article, 10)}}} {
		page := send(c, "/plant/", form)
		wantText(t, page, "too long to be shown again (550000 bytes)")
		if strings.Contains(page.Body, "All work") {
			t.Error("it is shown all the same")
		}
	}
}

func TestPageEndsWithTheTimeOfItsRequest(t *testing.T) {
	t.Parallel()
	handler := garden(t)
	for name, tt := range map[string]struct {
		end  func(context.Context) (context.Context, context.CancelFunc)
		page bool
	}{
		"the client is gone": {func(ctx context.Context) (context.Context, context.CancelFunc) {
			ctx, cancel := context.WithCancel(ctx)
			cancel()
			return ctx, cancel
		}, false},
		"its time is over": {func(ctx context.Context) (context.Context, context.CancelFunc) {
			return context.WithTimeout(ctx, 0)
		}, true},
	} {
		ctx, cancel := tt.end(t.Context())
		answer := within(ctx, handler, "/plant/")
		cancel()
		if page := strings.Contains(answer.Body, "</html>"); page != tt.page {
			t.Errorf("%s: a page is made: %v", name, page)
		}
	}
}
