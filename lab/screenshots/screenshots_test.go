// Package screenshots takes pictures of the pages of the real service. The README shows some of them.
//
// Every run takes the pictures, so that this keeps working. make -C lab screenshots saves them.
package screenshots

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"example.com/templatesite/internal/browsertest"
	"example.com/templatesite/internal/discovertest"
	"example.com/templatesite/internal/processtest"
)

var screenshots = flag.String("screenshots", "", "save the pictures to this folder")

// maxPicture is the maximum size of a picture in the repository, in bytes.
const maxPicture = 150_000

// origin is the address of the service that the pictures show.
const origin = "http://localhost:8000"

func TestPicturesAreTaken(t *testing.T) {
	t.Parallel()
	folder := *screenshots
	if folder == "" {
		folder = t.TempDir()
	}
	service := start(t)
	resource, err := discovertest.First(t.Context(), service)
	if errors.Is(err, discovertest.ErrNone) {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	b := browsertest.Start(t, "MAP localhost:8000 "+strings.TrimPrefix(service, "http://"))
	s := &session{t, b.Open(t, origin), service, resource, ids(t, service+resource.Path)}
	for _, page := range s.pages() { // in this order, as the last page changes the data
		for _, device := range devices {
			s.tab.SetScreen(device.width, device.height, device.scheme)
			page.open()
			picture := s.tab.Screenshot()
			if len(picture) > maxPicture {
				t.Errorf("%s on a %s takes %d bytes", page.name, device.name, len(picture))
			}
			if err := os.WriteFile(filepath.Join(folder, page.name+"-"+device.name+".png"), picture, 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
}

var devices = []struct {
	name          string
	width, height int64
	scheme        string
}{{"desktop", 1280, 800, "light"}, {"phone", 390, 844, "dark"}}

// start builds the service, starts it with its fixtures, and returns its URL.
func start(t *testing.T) string {
	t.Helper()
	openSources(t)
	folder := t.TempDir()
	binary, err := processtest.Build(folder)
	if err != nil {
		t.Fatal(err)
	}
	p, err := processtest.Start(processtest.Options{Binary: binary, Database: "sqlite:" + filepath.Join(folder, "pictures.db"), Stderr: t.Output()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Kill)
	return p.URL
}

// openSources opens all folders of the sources. go test caches a result until a file that the test
// opened changes, and does not notice which files the test compiles.
func openSources(t *testing.T) {
	t.Helper()
	err := filepath.WalkDir("../..", func(_ string, entry fs.DirEntry, err error) error {
		if err == nil && entry.IsDir() && strings.HasPrefix(entry.Name(), ".") && entry.Name() != ".." {
			return fs.SkipDir
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// ids returns the ids of the items of a collection.
func ids(t *testing.T, url string) (all []int64) {
	t.Helper()
	response, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	var items []struct{ ID int64 }
	if err := json.NewDecoder(response.Body).Decode(&items); err != nil || len(items) == 0 {
		t.Fatalf("%s lists %v: %v", url, items, err)
	}
	for _, item := range items {
		all = append(all, item.ID)
	}
	return all
}

// session uses one resource in a browser.
type session struct {
	t        *testing.T
	tab      *browsertest.Tab
	service  string
	resource discovertest.Resource
	ids      []int64
}

type page struct {
	name string
	open func()
}

func (s *session) pages() []page {
	return []page{
		{"index", func() { s.tab.Visit("/") }},
		{"collection", func() { s.tab.Visit(s.resource.Path) }},
		{"item", func() { s.tab.Visit(s.resource.Item(s.ids[0])) }},
		{"mistake", s.mistake},
		{"conflict", s.conflict},
	}
}

// mistake submits the form for a new item with a text that is too long.
func (s *session) mistake() {
	s.tab.Visit(s.resource.Path)
	browsertest.Evaluate[bool](s.tab, fillRequired)
	const sentence = "One word too many. "
	s.tab.Type("#post-"+s.resource.Text, strings.Repeat(sentence, int(s.resource.MaxLength)/len(sentence)+1))
	s.tab.Follow("Create")
}

// fillRequired fills in the required fields of the form with their examples.
const fillRequired = `document.querySelectorAll('[id^=post-][required]').forEach((e) => { e.value = e.placeholder ?? e.options[1].value }) ?? true`

// conflict changes an item while its form is open, and then submits the form.
func (s *session) conflict() {
	item := s.resource.Item(s.ids[len(s.ids)-1])
	s.tab.Visit(item)
	s.patch(item, "Changed while the form was open")
	s.tab.Type("#put-"+s.resource.Text, "Changed in the form")
	s.tab.Follow("Save")
}

// patch changes the text of an item as another client.
func (s *session) patch(item, text string) {
	s.t.Helper()
	r, err := http.NewRequestWithContext(s.t.Context(), http.MethodPatch, s.service+item, strings.NewReader(fmt.Sprintf(`{%q:%q}`, s.resource.Text, text)))
	if err != nil {
		s.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/merge-patch+json")
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		s.t.Fatal(err)
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		s.t.Fatalf("PATCH %s = %d", item, response.StatusCode)
	}
}
