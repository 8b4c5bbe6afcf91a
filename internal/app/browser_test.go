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

// What a person does in a browser, in one browser that has a tab for each test.
func TestBrowser(t *testing.T) {
	t.Parallel()
	s := startService(t, nil)
	b := browsertest.Start(t, "MAP localhost:8000 "+strings.TrimPrefix(s.url, "http://"))
	t.Run("has its picture taken", func(t *testing.T) {
		t.Parallel()
		pictures(t, b, s)
	})
	for name, test := range map[string]func(*testing.T, *browsertest.Browser){
		"creates, edits and deletes":                   func(t *testing.T, b *browsertest.Browser) { lifeOfATweet(t, b, true) },
		"creates, edits and deletes without a script":  func(t *testing.T, b *browsertest.Browser) { lifeOfATweet(t, b, false) },
		"sees both versions of a conflict and decides": conflict,
		"reads 250 tweets page by page":                pageByPage,
		"is told each error beside what is wrong":      mistakes,
		"sees naughty strings, which do nothing":       naughty,
		"can read and use every page":                  readable,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, b)
		})
	}
}

func lifeOfATweet(t *testing.T, b *browsertest.Browser, scripts bool) {
	s := startService(t, nil)
	tab := b.Open(t, s.url)
	if !scripts {
		tab.WithoutScripts()
	}
	tab.Visit("/")
	tab.Follow("tweet")
	tab.Type("#post-text", "Typed by <hand> 🧱")
	if counted := strings.Contains(tab.Text("#help-post-text"), " of 140"); counted != scripts {
		t.Errorf("the script has run: %v", counted)
	}
	tab.Follow("Create")
	tab.Want("Created.", `"text": "Typed by <hand> 🧱"`)
	tab.Type("#put-text", "Edited")
	tab.Follow("Save")
	tab.Want("Saved.", `"text": "Edited"`)
	tab.Click("Write it as JSON")
	tab.Follow("tweet")
	tab.Want("Edited")
	tab.Follow(s.url + "/tweet/3")
	tab.Click("Delete…")
	tab.Follow("Delete it")
	tab.Want("Deleted.", "List tweets")
	if strings.Contains(tab.Text("body"), "Edited") {
		t.Error("the tweet is still there")
	}
}

func conflict(t *testing.T, b *browsertest.Browser) {
	s := startService(t, nil)
	tab := b.Open(t, s.url)
	tab.Visit("/tweet/1")
	s.do("PUT", "/tweet/1", `{"text":"theirs"}`)
	tab.Type("#put-text", "mine")
	if status := tab.Follow("Save"); status != http.StatusPreconditionFailed {
		t.Errorf("the conflict is a %d", status)
	}
	tab.Want(`"text": "theirs"`)
	if mine := tab.Value("#put-text"); mine != "mine" {
		t.Errorf("what was typed has become %q", mine)
	}
	s.do("PUT", "/tweet/1", `{"text":"theirs again"}`)
	if status := tab.Follow("Save mine instead"); status != http.StatusPreconditionFailed {
		t.Errorf("the second conflict is a %d", status)
	}
	tab.Follow("Save mine instead")
	tab.Want("Saved.", `"text": "mine"`)
	s.do("PUT", "/tweet/1", `{"text":"theirs at last"}`)
	tab.Click("Delete…")
	tab.Follow("Delete it")
	tab.Want(`"text": "theirs at last"`, "Delete it anyway")
	tab.Follow("Keep it as it is now")
	tab.Want(`"text": "theirs at last"`)
}

func pageByPage(t *testing.T, b *browsertest.Browser) {
	s := startService(t, nil)
	for i := range 248 {
		s.do("POST", "/tweet/", fmt.Sprintf(`{"text":"%d"}`, i))
	}
	tab := b.Open(t, s.url)
	tab.Visit("/tweet/")
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
		if want := fmt.Sprintf("%s/tweet/%d", s.url, i+1); href != want {
			t.Fatalf("tweet %d is %s, want %s", i+1, href, want)
		}
	}
	if len(seen) != 250 {
		t.Errorf("there are %d tweets", len(seen))
	}
	tab.Follow("Previous page")
	tab.Want(`"id": 101`, `"id": 200`, "Next page")
	tab.Follow("First page")
	tab.Type("#query-limit", "3")
	tab.Type("#query-after", "7")
	tab.Follow("Show")
	tab.Want(`"id": 8`, `"id": 10`, "Next page")
	if strings.Contains(tab.Text("body"), `"id": 11`) {
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
	wants(tab.Visit("/tweet/?limit=lots"), 422, "invalid integer")
	tab.Follow("tweet")
	long := strings.Repeat("x", 141)
	tab.Type("#post-text", long)
	wants(tab.Follow("Create"), 422, "expected length <= 140")
	if tab.Value("#post-text") != long {
		t.Error("what was typed is gone")
	}
	tab.Type("#post-text", "short enough")
	tab.Follow("Create")
	tab.Click("Write it as JSON")
	tab.Type("#raw-put", `{"text": 1, "more": true}`)
	wants(tab.Follow("PUT"), 422, "body.text", "body.more")
	tab.Type("#raw-put", `{"text": `)
	wants(tab.Follow("PATCH"), 400, "ends too early")
	tab.Type("#raw-put", `{"text": "patched"}`)
	tab.Follow("PATCH")
	tab.Want("Saved.", "patched")
	s.do("DELETE", "/tweet/3", "")
	tab.Type("#put-text", "too late")
	wants(tab.Follow("Save"), 404, "There is nothing at this address.")
	if tab.Value("#put-text") != "too late" {
		t.Error("what was typed is gone")
	}
	slow := startService(t, map[string]string{"REQUEST_TIMEOUT": "1ns"})
	tab = b.Open(t, slow.url)
	wants(tab.Visit("/tweet/"), 504, "Try again later.")
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
		body, err := json.Marshal(map[string]string{"text": text})
		if err != nil {
			t.Fatal(err)
		}
		created := s.do("POST", "/tweet/", string(body))
		path := strings.TrimPrefix(created.header.Get("Location"), s.url)
		tab.Visit(path)
		tab.Follow("Save")
		var saved struct{ Text string }
		if err := json.Unmarshal([]byte(s.do("GET", path, "").body), &saved); err != nil || saved.Text != text {
			t.Errorf("%d: a form that was only sent makes %q of %q", i, saved.Text, text)
		}
	}
	tab.Visit("/tweet/")
	tab.Want("alert(1)")
}

func readable(t *testing.T, b *browsertest.Browser) {
	s := startService(t, nil)
	tab := b.Open(t, s.url)
	pages := map[string]func(){
		"index": func() { tab.Visit("/") }, "collection": func() { tab.Visit("/tweet/?limit=1&after=1") }, "missing": func() { tab.Visit("/nothing") },
		"item": func() {
			tab.Visit("/tweet/1")
			tab.Click("Delete…")
			tab.Click("Write it as JSON")
			tab.Click("Headers")
			tab.Click("As curl")
		},
		"mistake": func() {
			tab.Visit("/tweet/")
			tab.Type("#post-text", strings.Repeat("x", 141))
			tab.Follow("Create")
		},
		"conflict": func() {
			tab.Visit("/tweet/1")
			s.do("PATCH", "/tweet/1", fmt.Sprintf(`{"text":"%s"}`, rand.Text()))
			tab.Type("#put-text", "mine")
			tab.Follow("Save")
		},
	}
	for scheme, width := range map[string]int64{"light": 320, "dark": 1280} {
		tab.Look(width, 800, scheme)
		for name, open := range pages {
			open()
			for _, found := range tab.Audit() {
				t.Errorf("%s, %s, %d pixels wide: %s", name, scheme, width, found)
			}
		}
	}
	tab.Visit("/tweet/1")
	for _, text := range tab.Tabbed(15) {
		if strings.Contains(text, "(unseen)") {
			t.Errorf("the focus is not to be seen on %s", text)
		}
	}
}
