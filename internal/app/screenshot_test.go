package app

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"example.com/templatesite/internal/browsertest"
)

var screenshots = flag.String("screenshots", "", "the folder in which to keep pictures of the pages")

// maxPicture is what a picture may take of a repository, in bytes.
const maxPicture = 150_000

// origin is where the service of the pictures is, as their readers would see it.
const origin = "http://localhost:8000"

// pictures makes pictures of the pages, in every run, so that it always works, and
// keeps them when somebody asks for that: see make screenshots.
func pictures(t *testing.T, b *browsertest.Browser, s *service) {
	folder := *screenshots
	if folder == "" {
		folder = t.TempDir()
	}
	tab := b.Open(t, origin)
	pages := []struct {
		name string
		open func()
	}{
		{"index", func() { tab.Visit("/") }},
		{"collection", func() { tab.Visit("/tweet/") }},
		{"item", func() { tab.Visit("/tweet/1") }},
		{"mistake", func() {
			tab.Visit("/tweet/")
			tab.Type("#post-text", strings.Repeat("One word too many. ", 8))
			tab.Follow("Create")
		}},
		{"conflict", func() {
			tab.Visit("/tweet/2")
			s.do("PATCH", "/tweet/2", `{"text":"Laying bricks, so that you can build on them"}`)
			tab.Type("#put-text", "Laying bricks, one by one")
			tab.Follow("Save")
		}},
	}
	keep := func(device string) {
		for _, page := range pages {
			page.open()
			picture := tab.Picture()
			if len(picture) > maxPicture {
				t.Errorf("%s on a %s takes %d bytes", page.name, device, len(picture))
			}
			if err := os.WriteFile(filepath.Join(folder, page.name+"-"+device+".png"), picture, 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
	tab.Look(1280, 800, "light")
	keep("desktop")
	tab.Look(390, 844, "dark")
	keep("phone")
}
