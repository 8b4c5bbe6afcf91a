package observe

import (
	"flag"
	"os"
	"path/filepath"
	"testing"
	"time"

	"example.com/templatesite/internal/browsertest"
)

var screenshots = flag.String("screenshots", "", "the folder in which to keep pictures of the console and of the live plots")

// maxPicture is what a picture may take of a repository, in bytes.
const maxPicture = 200_000

// Pictures are made in every run, so that it always works, and kept when somebody asks
// for that: then six minutes of a good time come before. See make pictures.
func TestPicturesCanBeMade(t *testing.T) {
	t.Parallel()
	needCluster(t)
	folder, plotted := *screenshots, 5*time.Second
	if folder == "" {
		folder = t.TempDir()
		need(t)
	} else {
		plotted = 45 * time.Second
		steadyTraffic()
		time.Sleep(6 * time.Minute)
	}
	b := browsertest.Start(t)
	keep := func(name string, tab *browsertest.Tab) {
		picture := tab.Screenshot()
		if len(picture) > maxPicture {
			t.Errorf("%s takes %d bytes", name, len(picture))
		}
		if err := os.WriteFile(filepath.Join(folder, name), picture, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	console := func(name string, width, height int64, scheme string) {
		tab := b.Open(t, prometheus)
		tab.SetScreen(width, height, scheme)
		visit(t, tab, "index.html")
		await(t, tab, undrawn)
		keep(name, tab)
	}
	console("console.png", 1280, 800, "light")

	plots := b.Open(t, admin)
	plots.SetScreen(1280, 800, "light")
	plots.Visit("/debug/statsviz/")
	time.Sleep(plotted) // they show what was measured since somebody looks
	keep("live-plots.png", plots)

	need(t)
	console("console-phone.png", 390, 844, "dark")
}
