package browsertest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// steady repeats an action if its node is gone, because a new page has replaced the page that
// had it.
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

// patience is how long an action waits for its element: far longer than a page takes on a
// busy machine, and short enough for a test that fails.
const patience = 20 * time.Second

// loading is how long a page may take to load.
const loading = time.Minute

// act runs an action. If it fails, the test fails with the text of the page.
func act[T any](tab *Tab, what string, action chromedp.Action[T]) T {
	tab.t.Helper()
	ctx, cancel := context.WithTimeout(tab.ctx, tab.patience)
	defer cancel()
	value, err := chromedp.Run(ctx, steady(action))
	if err != nil {
		tab.fail(what, tab.patience, err)
	}
	return value
}

func (tab *Tab) fail(what string, waited time.Duration, err error) {
	tab.t.Helper()
	if errors.Is(err, context.DeadlineExceeded) {
		err = fmt.Errorf("not possible within %v", waited)
	}
	tab.t.Fatalf("%s: %v; the page shows:\n%s", what, err, tab.page())
}

// Visit loads the page of a path and returns its status.
func (tab *Tab) Visit(path string) int {
	tab.t.Helper()
	return tab.load("visit "+path, chromedp.Navigate(tab.origin+path))
}

// Follow clicks the link or the button with that text, and returns the status of the page
// that it loads.
func (tab *Tab) Follow(text string) int {
	tab.t.Helper()
	what := "follow " + text
	act(tab, what, chromedp.WaitVisible(byText(text)))
	return tab.load(what, chromedp.Click(byText(text), chromedp.NodeVisible))
}

func (tab *Tab) load(what string, action chromedp.Action[chromedp.Void]) int {
	tab.t.Helper()
	ctx, cancel := context.WithTimeout(tab.ctx, loading)
	defer cancel()
	response, err := chromedp.RunResponse(ctx, steady(action))
	if err != nil {
		tab.fail(what, loading, err)
	}
	return int(response.Status)
}

// Click clicks the link, button or summary with that text, which must not load a page.
func (tab *Tab) Click(text string) {
	tab.t.Helper()
	tab.settle(text)
	act(tab, "click "+text, chromedp.Click(byText(text), chromedp.NodeVisible))
}

// settle waits until the element with that text has stopped moving: a script may still be
// scrolling, and a click would miss the element.
func (tab *Tab) settle(text string) {
	tab.t.Helper()
	end := time.Now().Add(tab.patience)
	for last := []float64(nil); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		box := act(tab, "find "+text, chromedp.Dimensions(byText(text), chromedp.NodeVisible))
		if slices.Equal(last, box.Content) {
			return
		}
		last = box.Content
	}
	tab.t.Fatalf("%s does not stop moving", text)
}

// Press clicks the element of a CSS selector, which must not load a page.
func (tab *Tab) Press(selector string) {
	tab.t.Helper()
	act(tab, "press "+selector, chromedp.Click(chromedp.CSS(selector)))
}

// Enter presses the Enter key on the element with that text, which must not load a page. It
// also reaches an element that is moving, which a click could miss.
func (tab *Tab) Enter(text string) {
	tab.t.Helper()
	act(tab, "enter "+text, chromedp.Steps(steady(chromedp.Focus(byText(text))), chromedp.KeyEvent(kb.Enter)))
}

func byText(text string) chromedp.Search {
	return chromedp.Search(`//*[(self::a or self::button or self::summary) and normalize-space()="` + text + `"]`)
}

// Type replaces the text in the control of a CSS selector, key by key.
func (tab *Tab) Type(selector, text string) {
	tab.t.Helper()
	control := chromedp.CSS(selector)
	selectAll := chromedp.Func(func(ctx context.Context, _ *chromedp.Target) error {
		for _, kind := range []input.DispatchKeyEventType{input.DispatchKeyEventTypeRawKeyDown, input.DispatchKeyEventTypeKeyUp} {
			_, err := chromedp.Call(ctx, input.DispatchKeyEvent, input.DispatchKeyEventParams{
				Type: kind, Key: "a", Code: "KeyA", Commands: []string{"selectAll"},
			})
			if err != nil {
				return err
			}
		}
		return nil
	})
	act(tab, "type into "+selector, steady(chromedp.Focus(control)))
	act(tab, "empty "+selector, chromedp.Steps(selectAll, chromedp.KeyEvent(kb.Delete)))
	act(tab, "type into "+selector, chromedp.SendKeys(control, text))
}

// Set sets the value of the control of a CSS selector, as a date picker does.
func (tab *Tab) Set(selector, value string) {
	tab.t.Helper()
	act(tab, "set "+selector, chromedp.WaitVisible(chromedp.CSS(selector)))
	Evaluate[string](tab, fmt.Sprintf("document.querySelector(%q).value = %q", selector, value))
	if got := tab.Value(selector); got != value {
		tab.t.Errorf("%s is %q after it was set to %q", selector, got, value)
	}
}

// Choose selects an option of a select by typing its text. It takes the first option that
// begins with the text.
func (tab *Tab) Choose(selector, option string) {
	tab.t.Helper()
	act(tab, "choose "+option+" in "+selector, chromedp.SendKeys(chromedp.CSS(selector), option))
}

// Value returns the value of a control.
func (tab *Tab) Value(selector string) string {
	tab.t.Helper()
	return act(tab, "value of "+selector, chromedp.Value(chromedp.CSS(selector)))
}

// Text returns the visible text of an element.
func (tab *Tab) Text(selector string) string {
	tab.t.Helper()
	return act(tab, "text of "+selector, chromedp.Text(chromedp.CSS(selector)))
}

// page returns the visible text of the page or, because failures report it, an error as text.
func (tab *Tab) page() string {
	ctx, cancel := context.WithTimeout(tab.ctx, patience)
	defer cancel()
	text, err := chromedp.Run(ctx, steady(chromedp.Text(chromedp.CSS("body"))))
	if err != nil {
		return err.Error()
	}
	return text
}

// Want fails the test for each text that the page does not show.
func (tab *Tab) Want(texts ...string) {
	tab.t.Helper()
	shown := tab.page()
	for _, text := range texts {
		if !strings.Contains(shown, text) {
			tab.t.Errorf("the page does not show %q:\n%s", text, shown)
		}
	}
}

// Screenshot returns a screenshot of the window, as a PNG.
func (tab *Tab) Screenshot() []byte {
	tab.t.Helper()
	return act(tab, "take a screenshot", chromedp.CaptureScreenshot())
}

// Evaluate returns the value of a JavaScript expression on the page.
func Evaluate[T any](tab *Tab, expression string) T {
	tab.t.Helper()
	return act(tab, "evaluate "+expression, chromedp.Evaluate[T](expression))
}
