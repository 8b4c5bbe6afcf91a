package faults

import (
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"
	"unicode"
)

// hostileTexts are texts that have broken other programs.
var hostileTexts = []string{
	`"quotes" \ and / slashes`, "tab\tline\r\nfeed", "\u0001\u001f\u007f\u0085", "\u2028\u2029", "\ufeffmark", "e\u0301 is not \u00e9", "\u202egnirts\u202c", "\u200b\u200d\u2060",
	"👨‍👩‍👧‍👦 🏴󠁧󠁢󠁳󠁣󠁴󠁿 🇩🇪", "<script>alert(1)</script>&amp;", "'; drop table resource; --", "%s %d %n $1 ? {{.}} ${x} `id`", "\ue000\U000f0000", "\ufdd0\uffff\U0010ffff", " both ends ", "NULL",
	"İıſKẞ", strings.Repeat("\U0001f600", 140), "Z̶̛̭a̷l̸g̵o̴", "مرحبا שלום", "../../etc/passwd", "\\u0041", "1e999", "C:\\NUL",
}

// Promise 8: accepted text is returned unchanged, even after a restart, and the log shows the
// requested paths.
func TestHostileTextIsReturnedUnchanged(t *testing.T) {
	requireFaults(t)
	for _, engine := range []string{"SQLite", "PostgreSQL"} {
		s := startService(t, newDatabase(t, engine))
		l := &load{requestContext: t.Context()}
		hrefs := make([]string, len(hostileTexts))
		for i, text := range hostileTexts {
			_, answer := l.do("POST", collection(s.URL), target.Body(text))
			var created struct{ Href string }
			must(t, json.Unmarshal(answer, &created))
			hrefs[i] = created.Href
			l.do("GET", s.URL+"/not/"+url.PathEscape(text), "")
		}
		logged := 0
		within(10*time.Second, func() bool { logged = loggedPaths(t, s); return logged == len(hostileTexts) })
		s.Kill()
		s.restart(t)
		unchanged := 0
		for i, text := range hostileTexts {
			var got map[string]any
			getJSON(t, hrefs[i], &got)
			if got[target.Text] == text {
				unchanged++
			}
		}
		record(t, 8, fmt.Sprintf("%d hostile texts, %s, after kill -9", len(hostileTexts), engine), fmt.Sprintf("%d unchanged, %d in the log", unchanged, logged),
			"all", unchanged == len(hostileTexts) && logged == len(hostileTexts))
	}
}

// loggedPaths returns how many of the texts are in the paths of the access log so far.
func loggedPaths(t *testing.T, s *service) (n int) {
	t.Helper()
	paths := map[string]bool{}
	for line := range strings.Lines(s.log(t)) {
		var record struct{ Path string }
		must(t, json.Unmarshal([]byte(line), &record))
		paths[record.Path] = true
	}
	for _, text := range hostileTexts {
		if paths["/not/"+escaped(text)] {
			n++
		}
	}
	return n
}

// escaped returns text as the log shows it: characters that control a terminal are escaped as in Go.
func escaped(text string) string {
	var out strings.Builder
	for _, c := range text {
		switch {
		case c == '\t' || !unicode.In(c, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp):
			out.WriteRune(c)
		case c > 0xffff:
			fmt.Fprintf(&out, `\U%08x`, c)
		default:
			fmt.Fprintf(&out, `\u%04x`, c)
		}
	}
	return out.String()
}
