package browsertest

import (
	_ "embed"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

//go:embed audit.js
var audit string

// Audit returns a sentence for each obstacle to reading or using the page: low contrast,
// missing labels, names or landmarks, wrong headings, a page that is wider than the window.
func (tab *Tab) Audit() []string {
	tab.t.Helper()
	return Evaluate[[]string](tab, audit)
}

// TabThrough presses the Tab key n times and returns the texts of the elements that had the
// focus. A text ends with (unseen) if the focus was not visible.
func (tab *Tab) TabThrough(n int) []string {
	tab.t.Helper()
	const focused = `(() => {
		const e = document.activeElement, style = getComputedStyle(e);
		const seen = style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2;
		return (e.textContent.trim() || e.id || e.tagName) + (seen ? '' : ' (unseen)');
	})()`
	var visited []string
	for range n {
		act(tab, "press Tab", chromedp.KeyEvent(kb.Tab))
		visited = append(visited, Evaluate[string](tab, focused))
	}
	return visited
}
