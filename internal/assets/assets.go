// Package assets serves the files that pages load: stylesheets, scripts and images.
// The files are embedded in the program and kept in memory. Each has two URLs: one that
// changes with its content, which browsers may cache for ever, and one with its plain name,
// which they must revalidate each time.
//
// The package does not know where the files come from, nor which pages load them.
package assets

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"net/http"
	"path"
	"regexp"
	"strings"
	"time"

	"example.com/templatesite/internal/web"
)

// root is the path below which all files are.
const root = "/static/"

// hashInName matches the hash in the name of a file.
var hashInName = regexp.MustCompile(`\.[0-9a-f]{16}(\.[^./]+)$`)

// favicon is the icon that browsers request from the root, even if no page names it.
const favicon = "favicon.ico"

// Files are the files to serve. They do not change while the program runs.
type Files struct {
	plain, hashed map[string]*file
	urls          map[string]string
}

// New returns the files in folders and below them. A file x.css.gz is x.css, already
// compressed. Go source is left out, so that a folder can embed itself, and so are hidden
// files and folders, whose names begin with a dot: editors leave some behind, and
// some hold secrets. New panics if a name occurs twice or a folder cannot be read, because the
// program was then built incorrectly.
func New(folders ...fs.FS) *Files {
	f := &Files{plain: map[string]*file{}, hashed: map[string]*file{}, urls: map[string]string{}}
	for _, folder := range folders {
		err := fs.WalkDir(folder, ".", func(name string, entry fs.DirEntry, err error) error {
			hidden := strings.HasPrefix(entry.Name(), ".") && name != "."
			switch {
			case err != nil:
				return err
			case hidden && entry.IsDir():
				return fs.SkipDir
			case hidden, entry.IsDir(), path.Ext(name) == ".go":
				return nil
			}
			return f.add(folder, name)
		})
		if err != nil {
			panic(fmt.Errorf("assets: %w", err))
		}
	}
	return f
}

func (f *Files) add(folder fs.FS, source string) error {
	data, err := fs.ReadFile(folder, source)
	if err != nil {
		return err
	}
	name, file := newFile(folder, source, len(data))
	if f.plain[name] != nil {
		return fmt.Errorf("there are two files %q: rename one", name)
	}
	extension := path.Ext(name)
	hashed := strings.TrimSuffix(name, extension) + "." + hash(data) + extension
	f.plain[name], f.hashed[hashed], f.urls[name] = file, file, root+hashed
	return nil
}

// hash returns a hash that is short enough for a name, and long enough to be unique.
func hash(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:8])
}

// URL returns the URL of a file by its name, as in "style.css". It panics if there is no
// such file, because the page that loads it would be broken.
func (f *Files) URL(name string) string {
	url, ok := f.urls[name]
	if !ok {
		panic(fmt.Sprintf("assets: there is no file %q", name))
	}
	return url
}

// Routes registers the URLs of all files.
func (f *Files) Routes(api *web.API) {
	api.File("static-file", root+"{file...}", "A file that pages load", func(w http.ResponseWriter, r *http.Request) {
		name := r.PathValue("file")
		if file := f.hashed[name]; file != nil {
			file.serve(w, r, forEver)
			return
		}
		if f.plain[name] == nil {
			// During an update, a page of one version may request its files from the
			// other version: our version of a file is better than none.
			name = hashInName.ReplaceAllString(name, "$1")
		}
		f.servePlain(w, r, name)
	}, f.mediaTypes()...).Security = web.Open
	if f.plain[favicon] != nil {
		api.File("favicon", "/"+favicon, "The icon of the site", func(w http.ResponseWriter, r *http.Request) {
			f.servePlain(w, r, favicon)
		}, f.plain[favicon].contentType...).Security = web.Open
	}
}

// mediaTypes returns the media types of all files.
func (f *Files) mediaTypes() []string {
	var all []string
	for _, file := range f.plain {
		all = append(all, file.contentType...)
	}
	return all
}

// servePlain serves a file under its plain name. The content behind that name may change.
func (f *Files) servePlain(w http.ResponseWriter, r *http.Request, name string) {
	if file := f.plain[name]; file != nil {
		file.serve(w, r, revalidate)
		return
	}
	web.WriteProblem(w, r, web.ErrNotFound)
}

// Headers that never change are made once, so that serving a file is one look-up and one
// write.
var (
	forEver        = []string{"public, max-age=31536000, immutable"}
	revalidate     = []string{"no-cache"}
	acceptRanges   = []string{"bytes"}
	acceptEncoding = []string{"Accept-Encoding"}
)

func (f *file) serve(w http.ResponseWriter, r *http.Request, cache []string) {
	v := f.best(r.Header["Accept-Encoding"])
	c, err := v.content()
	if err != nil {
		web.WriteProblem(w, r, web.NewProblem(http.StatusInternalServerError, "This file cannot be read.").WithCause(err))
		return
	}
	header := w.Header()
	header["Content-Type"] = f.contentType
	header["Cache-Control"] = cache
	header["Etag"] = c.etag
	if len(f.variants) > 1 {
		header["Vary"] = acceptEncoding
	}
	if v.coding != "identity" {
		header["Content-Encoding"] = v.header
	}
	if conditional(r.Header) {
		http.ServeContent(&problemWriter{ResponseWriter: w, request: r}, r, "", time.Time{}, bytes.NewReader(c.data))
		return
	}
	header["Accept-Ranges"] = acceptRanges
	header["Content-Length"] = c.length
	_, _ = w.Write(c.data) // the status is sent: an error can no longer be reported
}

func conditional(header http.Header) bool {
	for _, name := range []string{"If-None-Match", "Range", "If-Match", "If-Range"} {
		if header[name] != nil {
			return true
		}
	}
	return false
}

// problemWriter replaces the errors of http.ServeContent with problems.
type problemWriter struct {
	http.ResponseWriter
	request *http.Request
	refused bool
}

func (w *problemWriter) WriteHeader(status int) {
	if status < http.StatusBadRequest {
		w.ResponseWriter.WriteHeader(status)
		return
	}
	w.refused = true
	for _, name := range []string{"Content-Encoding", "Content-Length", "Etag"} {
		w.Header().Del(name)
	}
	detail := "The file has changed since you read it. Read it again."
	if status == http.StatusRequestedRangeNotSatisfiable {
		detail = "The file does not have that part."
	}
	web.WriteProblem(w.ResponseWriter, w.request, web.NewProblem(status, detail))
}

func (w *problemWriter) Write(b []byte) (int, error) {
	if w.refused {
		return len(b), nil
	}
	return w.ResponseWriter.Write(b)
}
