package browsable

import (
	"fmt"
	"html/template"
	"regexp"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// highlight returns JSON as HTML: indented, with an element around each line, name and value,
// and with its URLs as links. Numbers and strings stay as they were written. It cuts off JSON
// that is too long for a page.
func highlight(value jsontext.Value) template.HTML {
	var html strings.Builder
	text, whole := indentedUpTo(value, maxJSON)
	for line := range strings.Lines(strings.TrimSpace(visible(text))) {
		content := strings.TrimLeft(line, " ")
		depth := min((len(line)-len(content))/2, maxAligned)
		fmt.Fprintf(&html, `<span class="row in%d">%s`, depth, line[:len(line)-len(content)])
		fits := highlightLine(&html, content)
		html.WriteString("</span>")
		if !fits {
			whole = false
			break
		}
	}
	if !whole {
		html.WriteString(`<span class="row">… The rest is in the raw JSON.</span>`)
	}
	return template.HTML(html.String()) //nolint:gosec // every part of it is escaped
}

// maxAligned is the deepest level at which the stylesheet aligns the continuation of a long
// line.
const maxAligned = 4

// maxEscaped is how many bytes of HTML a byte can become: a URL is written twice.
const maxEscaped = 10

// highlightLine reports whether all of the line fits on the page.
func highlightLine(html *strings.Builder, rest string) bool {
	for rest != "" {
		n := tokenLength(rest)
		token := rest[:n]
		rest = rest[n:]
		if room := maxJSON - html.Len(); n*maxEscaped > room {
			html.WriteString(template.HTMLEscapeString(shorten(token, max(0, room/maxEscaped))))
			return false
		}
		if class := tokenClass(token, rest); class != "" {
			fmt.Fprintf(html, `<span class="%s">%s</span>`, class, linked(token))
		} else {
			html.WriteString(template.HTMLEscapeString(token))
		}
	}
	return true
}

func tokenClass(token, rest string) string {
	switch c := token[0]; {
	case c == '"' && strings.HasPrefix(rest, ":"):
		return "name"
	case c == '"':
		return "text"
	case c >= 'a' && c <= 'z':
		return "word"
	case isValue(c):
		return "number"
	}
	return ""
}

// address finds URLs in text. Other schemes do not become links: following one can run
// code.
var address = regexp.MustCompile(`https?://[^\s"<>\\]*[^\s"<>\\.,;:!?)]`)

// linked escapes text and turns its URLs into links.
func linked(text string) string {
	var html strings.Builder
	end := 0
	for _, at := range address.FindAllStringIndex(text, -1) {
		html.WriteString(template.HTMLEscapeString(text[end:at[0]]))
		url := template.HTMLEscapeString(text[at[0]:at[1]])
		html.WriteString(`<a href="` + url + `" rel="nofollow">` + url + `</a>`)
		end = at[1]
	}
	html.WriteString(template.HTMLEscapeString(text[end:]))
	return html.String()
}
