package browsertest

import (
	_ "embed"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

//go:embed audit.js
var audit string

// Audit returns what keeps somebody from reading or using the page: contrast, labels,
// names, headings, landmarks, a page that does not fit.
func (tab *Tab) Audit() []string {
	tab.t.Helper()
	return Evaluate[[]string](tab, audit)
}

// Tabbed presses the Tab key n times, and returns the elements that had the focus on
// the way, as their text, each with a mark when that was not to be seen.
func (tab *Tab) Tabbed(n int) []string {
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
