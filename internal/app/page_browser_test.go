package app

import (
	"crypto/rand"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"example.com/templatesite/internal/browsertest"
)

// All subtests share one browser, in which each has its own tabs.
func TestBrowser(t *testing.T) {
	t.Parallel()
	b := browsertest.Start(t)
	for name, test := range map[string]func(*testing.T, *browsertest.Browser){
		"creates, edits and deletes":                  func(t *testing.T, b *browsertest.Browser) { lifeOfABook(t, b, true) },
		"creates, edits and deletes without a script": func(t *testing.T, b *browsertest.Browser) { lifeOfABook(t, b, false) },
		"shows both versions of a conflict":           conflict,
		"shows 250 books page by page":                pageByPage,
		"shows each error beside its field":           mistakes,
		"shows naughty strings as text":               naughty,
		"is accessible on every page":                 accessible,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, b)
		})
	}
}

func lifeOfABook(t *testing.T, b *browsertest.Browser, scripts bool) {
	s := startService(t, nil)
	tab := b.Open(t, s.url)
	if !scripts {
		tab.WithoutScripts()
	}
	tab.Visit("/")
	tab.Follow("book")
	fillIn(tab)
	tab.Type("#post-note", "Typed by <hand> 🧱")
	if counted := strings.Contains(tab.Text("#help-post-note"), " of 200"); counted != scripts {
		t.Errorf("the script has run: %v", counted)
	}
	tab.Follow("Create")
	tab.Want("Created.", `"note": "Typed by <hand> 🧱"`)
	tab.Type("#put-note", "Edited")
	tab.Follow("Save")
	tab.Want("Saved.", `"note": "Edited"`)
	tab.Click("Edit as JSON")
	tab.Follow("book")
	tab.Want("Edited")
	tab.Follow(s.url + "/book/3")
	tab.Click("Delete…")
	tab.Follow("Delete it")
	tab.Want("Deleted.", "List books")
	if strings.Contains(tab.Text("body"), "Edited") {
		t.Error("the book is still there")
	}
}

// fillIn types a valid book into the form for a new one.
func fillIn(tab *browsertest.Tab) {
	tab.Type("#post-shelf", "1")
	tab.Type("#post-title", "Walden")
	tab.Type("#post-pages", "352")
}

func conflict(t *testing.T, b *browsertest.Browser) {
	s := startService(t, nil)
	tab := b.Open(t, s.url)
	tab.Visit("/book/1")
	s.Do("PUT", "/book/1", titled("theirs"))
	tab.Type("#put-title", "mine")
	if status := tab.Follow("Save"); status != http.StatusPreconditionFailed {
		t.Errorf("the conflict is a %d", status)
	}
	tab.Want(`"title": "theirs"`)
	if mine := tab.Value("#put-title"); mine != "mine" {
		t.Errorf("the typed title has become %q", mine)
	}
	s.Do("PUT", "/book/1", titled("theirs again"))
	if status := tab.Follow("Save mine instead"); status != http.StatusPreconditionFailed {
		t.Errorf("the second conflict is a %d", status)
	}
	tab.Follow("Save mine instead")
	tab.Want("Saved.", `"title": "mine"`)
	s.Do("PUT", "/book/1", titled("theirs at last"))
	tab.Click("Delete…")
	tab.Follow("Delete it")
	tab.Want(`"title": "theirs at last"`, "Delete it anyway")
	tab.Follow("Keep the current version")
	tab.Want(`"title": "theirs at last"`)
}

func pageByPage(t *testing.T, b *browsertest.Browser) {
	s := startService(t, nil)
	for i := range 248 {
		s.Do("POST", "/book/", titled(fmt.Sprint(i)))
	}
	tab := b.Open(t, s.url)
	tab.Visit("/book/")
	var seen []string
	for page := 1; ; page++ {
		shown := tab.Text("pre.json")
		for line := range strings.Lines(shown) {
			if href, ok := strings.CutPrefix(strings.TrimSpace(line), `"href": "`); ok {
				seen = append(seen, strings.TrimSuffix(href, `"`))
			}
		}
		if page == 3 {
			break
		}
		tab.Follow("Next page")
	}
	for i, href := range seen {
		if want := fmt.Sprintf("%s/book/%d", s.url, 250-i); href != want {
			t.Fatalf("line %d is %s, want %s", i+1, href, want)
		}
	}
	if len(seen) != 250 {
		t.Errorf("there are %d books", len(seen))
	}
	tab.Follow("Previous page")
	tab.Want(`"id": 150`, `"id": 51`, "Next page")
	tab.Follow("First page")
	tab.Type("#query-limit", "3")
	tab.Type("#query-after", "11")
	tab.Follow("Show")
	tab.Want(`"id": 10`, `"id": 8`, "Next page")
	if strings.Contains(tab.Text("body"), `"id": 7`) {
		t.Error("the page has more than 3")
	}
}

func mistakes(t *testing.T, b *browsertest.Browser) {
	s := startService(t, nil)
	tab := b.Open(t, s.url)
	wants := func(got, status int, texts ...string) {
		t.Helper()
		if got != status {
			t.Errorf("the answer is a %d, want %d", got, status)
		}
		tab.Want(append(texts, fmt.Sprint(status))...)
	}
	wants(tab.Visit("/nothing/here"), 404, "There is nothing at this address.")
	wants(tab.Visit("/book/?limit=lots"), 422, "invalid integer")
	tab.Follow("book")
	fillIn(tab)
	long := strings.Repeat("x", 81)
	tab.Type("#post-title", long)
	wants(tab.Follow("Create"), 422, "expected length <= 80")
	if tab.Value("#post-title") != long {
		t.Error("the typed text is gone")
	}
	tab.Type("#post-title", "short enough")
	tab.Follow("Create")
	tab.Click("Edit as JSON")
	tab.Type("#raw-put", `{"shelf": 1, "title": 1, "pages": 352, "more": true}`)
	wants(tab.Follow("PUT"), 422, "body.title", "body.more")
	tab.Type("#raw-put", `{"title": `)
	wants(tab.Follow("PATCH"), 400, "ends too early")
	tab.Type("#raw-put", `{"title": "patched"}`)
	tab.Follow("PATCH")
	tab.Want("Saved.", "patched")
	s.Do("DELETE", "/book/3", "")
	tab.Type("#put-title", "too late")
	wants(tab.Follow("Save"), 404, "There is nothing at this address.")
	if tab.Value("#put-title") != "too late" {
		t.Error("the typed text is gone")
	}
	slow := startService(t, map[string]string{"REQUEST_TIMEOUT": "1ns"})
	tab = b.Open(t, slow.url)
	wants(tab.Visit("/book/"), 504, "Try again later.")
}

func naughty(t *testing.T, b *browsertest.Browser) {
	s := startService(t, nil)
	tab := b.Open(t, s.url)
	for i, text := range []string{
		`<script>alert(1)</script>`, `</pre><img src=x onerror=alert(1)>`, `"><svg onload=alert(1)>`, `</textarea><script>alert(1)</script>`,
		`javascript:alert(1)`, `<a href="javascript:alert(1)">x</a>`, `http://evil.example/"onmouseover="alert(1)`, `{{constructor.constructor("alert(1)")()}}`,
		`<!-- -->`, `<style>@import "//evil.example"</style>`, `<base href=//evil.example>`, `<meta http-equiv=refresh content=0;url=//evil.example>`,
		"\n begins with a line", "a\nb", "\u202egnp.exe\u202c", "\u0001\u007f\u0085", "Z̸̧͇a̸l̷g̶o", "👩‍👩‍👧‍👦🏴󠁧󠁢󠁳󠁣󠁴󠁿", "مرحبا שלום", "&lt;b&gt; &amp;", "' or 1=1; --", "  two  spaces  ",
	} {
		created := s.Do("POST", "/book/", bookWith("note", text))
		path := strings.TrimPrefix(created.Header.Get("Location"), s.url)
		tab.Visit(path)
		tab.Follow("Save")
		var saved struct{ Note string }
		if err := json.Unmarshal([]byte(s.Do("GET", path, "").Body), &saved); err != nil || saved.Note != text {
			t.Errorf("%d: a form that was saved unchanged makes %q of %q", i, saved.Note, text)
		}
	}
	tab.Visit("/book/")
	tab.Want("alert(1)")
}

func accessible(t *testing.T, b *browsertest.Browser) {
	s := startService(t, nil)
	tab := b.Open(t, s.url)
	pages := map[string]func(){
		"index": func() { tab.Visit("/") }, "collection": func() { tab.Visit("/book/?limit=1&after=3") }, "missing": func() { tab.Visit("/nothing") },
		"item": func() {
			tab.Visit("/book/1")
			tab.Click("Delete…")
			tab.Click("Edit as JSON")
			tab.Click("Headers")
			tab.Click("As curl")
		},
		"mistake": func() {
			tab.Visit("/book/")
			fillIn(tab)
			tab.Type("#post-title", strings.Repeat("x", 81))
			tab.Follow("Create")
		},
		"conflict": func() {
			tab.Visit("/book/1")
			s.Do("PATCH", "/book/1", fmt.Sprintf(`{"title":"%s"}`, rand.Text()))
			tab.Type("#put-title", "mine")
			tab.Follow("Save")
		},
	}
	for scheme, width := range map[string]int64{"light": 320, "dark": 1280} {
		tab.SetScreen(width, 800, scheme)
		for name, open := range pages {
			open()
			for _, found := range tab.Audit() {
				t.Errorf("%s, %s, %d pixels wide: %s", name, scheme, width, found)
			}
		}
	}
	tab.Visit("/book/1")
	for _, text := range tab.TabThrough(15) {
		if strings.Contains(text, "(unseen)") {
			t.Errorf("the focus is not visible on %s", text)
		}
	}
}
