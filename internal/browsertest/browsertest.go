// Package browsertest uses pages in a real browser: it clicks and types, and fails the test when
// a page does something that it must not do. Only tests import it.
//
//	tab := browsertest.Start(t).Open(t, server.URL)
//	tab.Visit("/book/")
//	tab.Type("#post-title", "Emma")
//	tab.Follow("Create")
//	tab.Want("Created.")
//
// The browser is the Chromium of the machine. Without one, tests are skipped and say so, or
// fail if REQUIRE_CHROMIUM is 1. The package does not know the pages.
package browsertest

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/fetch"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"example.com/templatesite/internal/envtest"
)

func init() { envtest.Clear() }

// timeout limits the start of the browser, and the life of a tab. An action that does not find
// its element fails much sooner: see patience.
const timeout = 5 * time.Minute

// Browser is a browser that runs until the test that started it ends.
type Browser struct{ ctx context.Context }

// Start starts a browser, or skips the test if the machine has none. Each of hosts replaces
// an address, as in "MAP localhost:8000 127.0.0.1:1234".
func Start(t testing.TB, hosts ...string) *Browser {
	t.Helper()
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path(t)), chromedp.WSURLReadTimeout(timeout), chromedp.DisableGPU,
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true),
		chromedp.Flag("host-resolver-rules", strings.Join(hosts, ",")))
	if os.Geteuid() == 0 {
		options = append(options, chromedp.NoSandbox) // Chromium's sandbox does not work for root
	}
	ctx, stop := chromedp.NewExecAllocator(context.Background(), options...)
	t.Cleanup(stop)
	ctx, cancel := chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	if err := chromedp.Do(ctx); err != nil {
		t.Fatalf("start Chromium: %v", err)
	}
	return &Browser{ctx}
}

var saidOnce sync.Once

func path(t testing.TB) string {
	t.Helper()
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	if os.Getenv("REQUIRE_CHROMIUM") == "1" {
		t.Fatal("REQUIRE_CHROMIUM is 1, but there is no Chromium: install the package chromium")
	}
	const reason = "the pages are not tested in a browser: there is no Chromium"
	saidOnce.Do(func() { fmt.Fprintln(os.Stderr, reason) })
	t.Skip(reason)
	return ""
}

// Tab is a tab of a browser, with its own cookies, for pages of one origin. At the end of
// the test it reports an error for each request to another origin, violation of the page's
// policy, error of a script, and dialog.
type Tab struct {
	t        testing.TB
	ctx      context.Context
	origin   string
	patience time.Duration

	mu         sync.Mutex
	complaints []string
	others     []string // origins that are no complaint
}

// Open opens a tab for the pages of an origin, http://host:port.
func (b *Browser) Open(t testing.TB, origin string) *Tab {
	t.Helper()
	ctx, cancel := chromedp.NewContext(b.ctx, chromedp.WithNewBrowserContext())
	t.Cleanup(cancel)
	return open(ctx, t, origin)
}

// Beside opens a second tab, which has the same cookies.
func (tab *Tab) Beside() *Tab {
	tab.t.Helper()
	ctx, cancel := chromedp.NewContext(tab.ctx)
	tab.t.Cleanup(cancel)
	return open(ctx, tab.t, tab.origin)
}

func open(ctx context.Context, t testing.TB, origin string) *Tab {
	t.Helper()
	ctx, cancel := context.WithTimeout(ctx, timeout)
	t.Cleanup(cancel)
	tab := &Tab{t: t, ctx: ctx, origin: origin, patience: patience}
	if err := chromedp.Listen(ctx, tab.watch); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		tab.mu.Lock()
		defer tab.mu.Unlock()
		for _, complaint := range tab.complaints {
			t.Error(complaint)
		}
	})
	return tab
}

// Allow lets pages lead to another origin.
func (tab *Tab) Allow(origin string) {
	tab.mu.Lock()
	defer tab.mu.Unlock()
	tab.others = append(tab.others, origin)
}

func (tab *Tab) mayAsk(address string) bool {
	tab.mu.Lock()
	defer tab.mu.Unlock()
	return slices.ContainsFunc(append([]string{tab.origin}, tab.others...), func(origin string) bool { return strings.HasPrefix(address, origin+"/") })
}

func (tab *Tab) watch(event any) {
	switch e := event.(type) {
	case *network.EventRequestWillBeSent:
		// A data: URL contains the data, so the browser sends no request.
		if !tab.mayAsk(e.Request.URL) && !strings.HasPrefix(e.Request.URL, "data:") {
			tab.complain("a request to %s", e.Request.URL)
		}
	case *network.EventResponseReceived:
		// Browsers ask for an icon by themselves, which a service does not need to have.
		if e.Type != network.ResourceTypeDocument && e.Response.Status >= 400 && e.Response.URL != tab.origin+"/favicon.ico" {
			tab.complain("%s is a %d", e.Response.URL, e.Response.Status)
		}
	case *log.EventEntryAdded:
		// Network errors show in the status of the responses, and browsers ignore this header on a
		// host without HTTPS.
		if e.Entry.Level != log.EntryLevelVerbose && e.Entry.Source != log.EntrySourceNetwork &&
			!strings.HasPrefix(e.Entry.Text, "The Cross-Origin-Opener-Policy header has been ignored") {
			tab.complain("the browser says: %s", e.Entry.Text)
		}
	case *runtime.EventConsoleAPICalled:
		if e.Type != runtime.ConsoleAPICalledTypeInfo {
			tab.complain("the console has a message of type %s", e.Type)
		}
	case *runtime.EventExceptionThrown:
		tab.complain("an exception: %s", e.ExceptionDetails.Text)
	case *page.EventJavascriptDialogOpening:
		tab.complain("a dialog: %s", e.Message)
	}
}

func (tab *Tab) complain(format string, args ...any) {
	tab.mu.Lock()
	defer tab.mu.Unlock()
	tab.complaints = append(tab.complaints, fmt.Sprintf(format, args...))
}

// Within sets how long later actions wait for their elements.
func (tab *Tab) Within(patience time.Duration) { tab.patience = patience }

// WithoutScripts turns off the scripts of pages.
func (tab *Tab) WithoutScripts() {
	tab.t.Helper()
	_, err := chromedp.Call(tab.ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
	tab.must(err)
}

// SetScreen emulates a screen of that size in CSS pixels. scheme is light or dark.
func (tab *Tab) SetScreen(width, height int64, scheme string) {
	tab.t.Helper()
	_, err := chromedp.Call(tab.ctx, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{
		Width: width, Height: height, DeviceScaleFactor: 1, Mobile: width < 600,
	})
	tab.must(err)
	_, err = chromedp.Call(tab.ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
		Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}},
	})
	tab.must(err)
}

func (tab *Tab) must(err error) {
	tab.t.Helper()
	if err != nil {
		tab.t.Fatal(err)
	}
}

// SignIn makes the tab answer all later requests for a user and a password.
func (tab *Tab) SignIn(user, password string) {
	tab.t.Helper()
	err := chromedp.Listen(tab.ctx, func(event any) {
		switch e := event.(type) {
		case *fetch.EventRequestPaused:
			go func() {
				_, _ = chromedp.Call(tab.ctx, fetch.ContinueRequest, fetch.ContinueRequestParams{RequestID: e.RequestID})
			}()
		case *fetch.EventAuthRequired:
			go func() {
				_, _ = chromedp.Call(tab.ctx, fetch.ContinueWithAuth, fetch.ContinueWithAuthParams{RequestID: e.RequestID, AuthChallengeResponse: &fetch.AuthChallengeResponse{
					Response: fetch.AuthChallengeResponseResponseProvideCredentials, Username: user, Password: password,
				}})
			}()
		}
	})
	tab.must(err)
	_, err = chromedp.Call(tab.ctx, fetch.Enable, fetch.EnableParams{HandleAuthRequests: new(true)})
	tab.must(err)
}
