package observe

import (
	"flag"
	"os"
	"path/filepath"
	"testing"
	"time"

	"example.com/templatesite/internal/browsertest"
)

var screenshots = flag.String("screenshots", "", "save the pictures of the console and the live plots to this folder")

// maxPicture is the maximum size of a picture in the repository, in bytes.
const maxPicture = 200_000

// Every run takes the pictures, so that this keeps working. With -screenshots it saves them, after
// six minutes of traffic without outages: see make -C lab console-screenshots.
func TestPicturesAreTaken(t *testing.T) {
	t.Parallel()
	requireCluster(t)
	folder, plotted := *screenshots, 5*time.Second
	if folder == "" {
		folder = t.TempDir()
		requireOutages(t)
	} else {
		plotted = 45 * time.Second
		startTraffic()
		time.Sleep(6 * time.Minute)
	}
	b := browsertest.Start(t)
	save := func(name string, tab *browsertest.Tab) {
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
		awaitEmpty(t, tab, undrawnGraphs)
		save(name, tab)
	}
	console("console.png", 1280, 800, "light")

	plots := b.Open(t, admin)
	plots.SetScreen(1280, 800, "light")
	plots.Visit("/debug/statsviz/")
	time.Sleep(plotted) // the plots begin when the page is opened
	save("live-plots.png", plots)

	requireOutages(t)
	console("console-phone.png", 390, 844, "dark")
}
