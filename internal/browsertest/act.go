package browsertest

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// steady repeats an action on a node that is gone: a page that was just loaded
// replaces the one in which the node was found.
func steady[T any](action chromedp.Action[T]) chromedp.Action[T] {
	return func(ctx context.Context, target *chromedp.Target) (T, error) {
		for {
			value, err := action(ctx, target)
			if err == nil || ctx.Err() != nil || !strings.Contains(err.Error(), "No node with given id") {
				return value, err
			}
		}
	}
}

// Visit loads the page of a path and returns its status.
func (tab *Tab) Visit(path string) int {
	tab.t.Helper()
	return tab.load("visit "+path, chromedp.Navigate(tab.origin+path))
}

// Follow clicks the link or the button with that text, and returns the status of the
// page to which it leads.
func (tab *Tab) Follow(text string) int {
	tab.t.Helper()
	return tab.load("follow "+text, chromedp.Click(byText(text), chromedp.NodeVisible))
}

func (tab *Tab) load(what string, action chromedp.Action[chromedp.Void]) int {
	tab.t.Helper()
	response, err := chromedp.RunResponse(tab.ctx, steady(action))
	if err != nil {
		tab.t.Fatalf("%s: %v; the page is:\n%s", what, err, tab.page())
	}
	return int(response.Status)
}

// Click clicks what has that text and leads to no other page.
func (tab *Tab) Click(text string) {
	tab.t.Helper()
	tab.settle(text)
	if err := chromedp.Do(tab.ctx, steady(chromedp.Click(byText(text), chromedp.NodeVisible))); err != nil {
		tab.t.Fatalf("click %s: %v", text, err)
	}
}

// settle waits until what has that text does not move any more: a script may still
// scroll to it, and a click would miss it.
func (tab *Tab) settle(text string) {
	tab.t.Helper()
	for last := []float64(nil); ; time.Sleep(50 * time.Millisecond) {
		box, err := chromedp.Run(tab.ctx, steady(chromedp.Dimensions(byText(text), chromedp.NodeVisible)))
		if err != nil {
			tab.t.Fatalf("find %s: %v", text, err)
		}
		if slices.Equal(last, box.Content) {
			return
		}
		last = box.Content
	}
}

// Press clicks what a CSS selector names, and that leads to no other page.
func (tab *Tab) Press(selector string) {
	tab.t.Helper()
	if err := chromedp.Do(tab.ctx, steady(chromedp.Click(chromedp.CSS(selector)))); err != nil {
		tab.t.Fatalf("press %s: %v", selector, err)
	}
}

// Enter presses the Enter key on what has that text and leads to no other page. A
// click could miss what still moves.
func (tab *Tab) Enter(text string) {
	tab.t.Helper()
	if err := chromedp.Do(tab.ctx, steady(chromedp.Focus(byText(text))), chromedp.KeyEvent(kb.Enter)); err != nil {
		tab.t.Fatalf("enter %s: %v", text, err)
	}
}

func byText(text string) chromedp.Search {
	return chromedp.Search(`//*[(self::a or self::button or self::summary) and normalize-space()="` + text + `"]`)
}

// Type replaces what is in the control that a CSS selector names, key by key.
func (tab *Tab) Type(selector, text string) {
	tab.t.Helper()
	control := chromedp.CSS(selector)
	err := chromedp.Do(tab.ctx, steady(chromedp.Focus(control)))
	for _, kind := range []input.DispatchKeyEventType{input.DispatchKeyEventTypeRawKeyDown, input.DispatchKeyEventTypeKeyUp} {
		if err == nil {
			_, err = chromedp.Call(tab.ctx, input.DispatchKeyEvent, input.DispatchKeyEventParams{
				Type: kind, Key: "a", Code: "KeyA", Commands: []string{"selectAll"},
			})
		}
	}
	if err == nil {
		err = chromedp.Do(tab.ctx, chromedp.KeyEvent(kb.Delete), steady(chromedp.SendKeys(control, text)))
	}
	if err != nil {
		tab.t.Fatalf("type into %s: %v", selector, err)
	}
}

// Choose takes an option of a select, by typing it.
func (tab *Tab) Choose(selector, option string) {
	tab.t.Helper()
	if err := chromedp.Do(tab.ctx, steady(chromedp.SendKeys(chromedp.CSS(selector), option))); err != nil {
		tab.t.Fatalf("choose %s in %s: %v", option, selector, err)
	}
}

// Value returns what is in a control.
func (tab *Tab) Value(selector string) string {
	tab.t.Helper()
	value, err := chromedp.Run(tab.ctx, steady(chromedp.Value(chromedp.CSS(selector))))
	if err != nil {
		tab.t.Fatalf("value of %s: %v", selector, err)
	}
	return value
}

// Text returns the text of an element as it is seen.
func (tab *Tab) Text(selector string) string {
	tab.t.Helper()
	text, err := chromedp.Run(tab.ctx, steady(chromedp.Text(chromedp.CSS(selector))))
	if err != nil {
		tab.t.Fatalf("text of %s: %v", selector, err)
	}
	return text
}

func (tab *Tab) page() string {
	text, err := chromedp.Run(tab.ctx, steady(chromedp.Text(chromedp.CSS("body"))))
	if err != nil {
		return err.Error()
	}
	return text
}

// Want fails the test for each text that is not to be seen on the page.
func (tab *Tab) Want(texts ...string) {
	tab.t.Helper()
	shown := tab.page()
	for _, text := range texts {
		if !strings.Contains(shown, text) {
			tab.t.Errorf("the page does not show %q:\n%s", text, shown)
		}
	}
}

// Picture returns what is seen, as a PNG.
func (tab *Tab) Picture() []byte {
	tab.t.Helper()
	png, err := chromedp.Run(tab.ctx, chromedp.CaptureScreenshot())
	tab.must(err)
	return png
}

// Evaluate returns what an expression is on the page.
func Evaluate[T any](tab *Tab, expression string) T {
	tab.t.Helper()
	value, err := chromedp.Run(tab.ctx, chromedp.Evaluate[T](expression))
	tab.must(err)
	return value
}
