package main

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

// The pictures are made in every run, so that the command for them always works, and
// are kept when somebody asks for them: see make screenshots.
func TestScreenshots(t *testing.T) {
	t.Parallel()
	folder := *screenshots
	if folder == "" {
		folder = t.TempDir()
	}
	s := startService(t, nil)
	const origin = "http://localhost:8000" // as a reader of the pictures would see it
	tab := browsertest.Start(t, "MAP localhost:8000 "+strings.TrimPrefix(s.url, "http://")).Open(t, origin)
	look := map[string]func(){
		"desktop": func() { tab.Look(1280, 800, "light") },
		"phone":   func() { tab.Look(390, 844, "dark") },
	}
	for device, at := range look {
		at()
		for name, open := range map[string]func(){
			"index":      func() { tab.Visit("/") },
			"collection": func() { tab.Visit("/tweet/") },
			"item":       func() { tab.Visit("/tweet/1") },
			"mistake": func() {
				tab.Visit("/tweet/")
				tab.Type("#post-text", strings.Repeat("One word too many. ", 8))
				tab.Follow("Create")
			},
			"conflict": func() {
				tab.Visit("/tweet/2")
				s.do("PATCH", "/tweet/2", `{"text":"Laying bricks, so that you can build on them"}`)
				tab.Type("#put-text", "Laying bricks, one by one")
				tab.Follow("Save")
			},
		} {
			open()
			picture := tab.Picture()
			if len(picture) > maxPicture {
				t.Errorf("%s on a %s takes %d bytes", name, device, len(picture))
			}
			if err := os.WriteFile(filepath.Join(folder, name+"-"+device+".png"), picture, 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
}
