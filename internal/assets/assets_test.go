package assets_test

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/andybalholm/brotli"

	"example.com/templatesite/internal/assets"
	"example.com/templatesite/internal/web"
	"example.com/templatesite/internal/webtest"
)

var (
	style  = strings.Repeat("p { color: teal }\n", 200)
	script = strings.Repeat("console.log('here');\n", 200)
)

func zipped(text string) []byte {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	_, _ = io.WriteString(z, text) // a write to a buffer cannot fail
	_ = z.Close()
	return b.Bytes()
}

// newClient returns a client of the files of two folders.
func newClient(t *testing.T) (*webtest.Client, *assets.Files) {
	files := assets.New(fstest.MapFS{
		"style.css":                  {Data: []byte(style)},
		"img/dot.svg":                {Data: []byte("<svg/>")},
		"favicon.ico":                {Data: []byte("icon")},
		"static.go":                  {Data: []byte("package static")},
		".env":                       {Data: []byte("SECRET=1")},
		".git/config":                {Data: []byte("[core]")},
		"bundle.0123456789abcdef.js": {Data: []byte("bundled()")},
		"unknown.kind": {
			Data: []byte("<script>alert(1)</script>"),
		},
	}, fstest.MapFS{
		"script.js.gz":   {Data: zipped(script)},
		"archive.tar.gz": {Data: zipped("archive")},
	})
	api := web.NewAPI(web.Options{Title: "test", Version: "1"})
	files.Routes(api)
	return webtest.New(t, api), files
}

func TestHashedNameIsCachedForEverAndPlainNameIsRevalidated(t *testing.T) {
	t.Parallel()
	c, files := newClient(t)
	for _, name := range []string{"style.css", "img/dot.svg", "script.js", "unknown.kind"} {
		hashed := c.Want(http.StatusOK, "GET", files.URL(name), "")
		if got := hashed.Header.Get("Cache-Control"); got != "public, max-age=31536000, immutable" {
			t.Errorf("%s: Cache-Control = %q", files.URL(name), got)
		}
		plain := c.Want(http.StatusOK, "GET", "/static/"+name, "")
		if got := plain.Header.Get("Cache-Control"); got != "no-cache" || plain.Body != hashed.Body {
			t.Errorf("%s: Cache-Control = %q", name, got)
		}
		again := c.Want(http.StatusNotModified, "GET", "/static/"+name, "", "If-None-Match: "+plain.Header.Get("ETag"))
		if again.Body != "" || again.Header.Get("ETag") != plain.Header.Get("ETag") {
			t.Errorf("%s: a 304 with %v %q", name, again.Header, again.Body)
		}
	}
	if url := files.URL("img/dot.svg"); !strings.HasPrefix(url, "/static/img/dot.") || !strings.HasSuffix(url, ".svg") {
		t.Errorf("URL = %s", url)
	}
}

func TestHashOfAnotherVersionGetsTheCurrentFileWithoutCaching(t *testing.T) {
	t.Parallel()
	c, _ := newClient(t)
	answer := c.Want(http.StatusOK, "GET", "/static/style.0123456789abcdef.css", "")
	if answer.Body != style || answer.Header.Get("Cache-Control") != "no-cache" {
		t.Errorf("%v", answer.Header)
	}
}

func TestPlainNameMayContainAHash(t *testing.T) {
	t.Parallel()
	c, _ := newClient(t)
	answer := c.Want(http.StatusOK, "GET", "/static/bundle.0123456789abcdef.js", "")
	if answer.Body != "bundled()" {
		t.Errorf("the file is %q", answer.Body)
	}
}

func TestHiddenFilesAndSourceAreNotServed(t *testing.T) {
	t.Parallel()
	c, _ := newClient(t)
	for _, name := range []string{".env", ".git/config", "static.go"} {
		c.Want(http.StatusNotFound, "GET", "/static/"+name, "")
	}
}

func TestMediaTypesDoNotDependOnTheMachine(t *testing.T) {
	t.Parallel()
	c, _ := newClient(t)
	for name, want := range map[string]string{
		"style.css": "text/css; charset=utf-8", "img/dot.svg": "image/svg+xml", "script.js": "text/javascript; charset=utf-8",
		"archive.tar.gz": "application/gzip", "unknown.kind": "application/octet-stream", "favicon.ico": "image/x-icon",
	} {
		answer := c.Want(http.StatusOK, "GET", "/static/"+name, "")
		if got := answer.Header.Get("Content-Type"); got != want || answer.Header.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s: %v, want Content-Type %s", name, answer.Header, want)
		}
	}
}

// decode undoes the Content-Encoding of a response.
func decode(t *testing.T, answer webtest.Response) string {
	t.Helper()
	var r io.Reader = strings.NewReader(answer.Body)
	var err error
	switch answer.Header.Get("Content-Encoding") {
	case "gzip":
		r, err = gzip.NewReader(r)
	case "br":
		r = brotli.NewReader(r)
	}
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestClientGetsTheCodingThatItPrefers(t *testing.T) {
	t.Parallel()
	c, _ := newClient(t)
	tests := []struct{ accept, style, script string }{
		{"", "", ""},
		{"gzip", "gzip", "gzip"},
		{"gzip, deflate, br, zstd", "br", "gzip"},
		{"GZIP;Q=0.5", "gzip", "gzip"},
		{"gzip;q=0", "", ""},
		{"gzip;q=0.0, br;q=0", "", ""},
		{"br;q=0.5, gzip;q=0.8", "gzip", "gzip"},
		{"identity, gzip;q=0.5", "", ""},
		{"*", "br", "gzip"},
		{"*;q=0", "", ""},
		{"br;q=0, *", "gzip", "gzip"},
		{"zstd", "", ""},
		{"gzip;q=much", "", ""},
		{"gzip;q=NaN", "", ""},
		{",;,", "", ""},
	}
	for _, tt := range tests {
		for name, want := range map[string]string{"style.css": tt.style, "script.js": tt.script} {
			answer := c.Want(http.StatusOK, "GET", "/static/"+name, "", "Accept-Encoding: "+tt.accept)
			if got := answer.Header.Get("Content-Encoding"); got != want {
				t.Errorf("%s, %q: Content-Encoding = %q, want %q", name, tt.accept, got, want)
			}
			if text := decode(t, answer); text != style && text != script {
				t.Errorf("%s, %q: %d bytes", name, tt.accept, len(text))
			}
			if got := answer.Header.Values("Vary"); len(got) != 1 || got[0] != "Accept-Encoding" {
				t.Errorf("%s, %q: Vary = %q", name, tt.accept, got)
			}
		}
	}
	icon := c.Want(http.StatusOK, "GET", "/favicon.ico", "", "Accept-Encoding: gzip")
	if icon.Body != "icon" || icon.Header.Get("Vary") != "" {
		t.Errorf("the answer has a Vary, although the file is not compressed: %v", icon.Header)
	}
}

func TestEachCodingHasItsOwnStrongETag(t *testing.T) {
	t.Parallel()
	c, _ := newClient(t)
	seen := map[string]string{}
	for _, coding := range []string{"identity", "gzip", "br"} {
		answer := c.Want(http.StatusOK, "GET", "/static/style.css", "", "Accept-Encoding: "+coding)
		etag := answer.Header.Get("ETag")
		if !strings.HasPrefix(etag, `"`) || seen[etag] != "" {
			t.Errorf("%s: ETag = %s, also of %q", coding, etag, seen[etag])
		}
		seen[etag] = coding
		c.Want(http.StatusNotModified, "GET", "/static/style.css", "", "Accept-Encoding: "+coding, "If-None-Match: "+etag)
		c.Want(http.StatusOK, "GET", "/static/style.css", "", "Accept-Encoding: "+coding, `If-None-Match: "other"`)
	}
}

func TestHEADAndRangesApplyToTheEncodedFile(t *testing.T) {
	t.Parallel()
	c, files := newClient(t)
	for _, coding := range []string{"identity", "gzip", "br"} {
		accept := "Accept-Encoding: " + coding
		whole := c.Want(http.StatusOK, "GET", files.URL("style.css"), "", accept)
		head := c.Want(http.StatusOK, "HEAD", files.URL("style.css"), "", accept)
		for name := range whole.Header {
			if name != "X-Request-Id" && head.Header.Get(name) != whole.Header.Get(name) {
				t.Errorf("%s: HEAD has %s: %q, GET %q", coding, name, head.Header.Get(name), whole.Header.Get(name))
			}
		}
		etag := whole.Header.Get("ETag")
		part := c.Want(http.StatusPartialContent, "GET", files.URL("style.css"), "", accept, "Range: bytes=10-", "If-Range: "+etag)
		if part.Body != whole.Body[10:] {
			t.Errorf("%s: a part of %d bytes of %d", coding, len(part.Body), len(whole.Body))
		}
		c.Want(http.StatusOK, "GET", files.URL("style.css"), "", accept, "Range: bytes=10-", `If-Range: "other"`)
	}
}

func TestRefusedRequestGetsAProblem(t *testing.T) {
	t.Parallel()
	c, files := newClient(t)
	tests := []struct {
		method, target string
		headers        []string
		status         int
	}{
		{"GET", "/static/", nil, http.StatusNotFound},
		{"GET", "/static/img", nil, http.StatusNotFound},
		{"GET", "/static/img/", nil, http.StatusNotFound},
		{"GET", "/static/static.go", nil, http.StatusNotFound},
		{"GET", "/static/none.0123456789abcdef.css", nil, http.StatusNotFound},
		{"GET", "/static/..%2fstyle.css", nil, http.StatusNotFound},
		{"GET", "/static/%2e%2e%2f%2e%2e%2fetc%2fpasswd", nil, http.StatusNotFound},
		{"GET", "/static/..%5cstyle.css", nil, http.StatusNotFound},
		{"GET", "/static//etc/passwd%00.css", nil, http.StatusTemporaryRedirect}, // to its clean form
		{"GET", "/static/etc/passwd%00.css", nil, http.StatusNotFound},
		{"POST", "/static/style.css", nil, http.StatusMethodNotAllowed},
		{"GET", files.URL("style.css"), []string{"Range: bytes=100000-"}, http.StatusRequestedRangeNotSatisfiable},
		{"GET", files.URL("style.css"), []string{"Range: bytes=100000-", "Accept-Encoding: gzip"}, http.StatusRequestedRangeNotSatisfiable},
		{"GET", files.URL("style.css"), []string{`If-Match: "other"`, "Accept-Encoding: gzip"}, http.StatusPreconditionFailed},
	}
	for _, tt := range tests {
		answer := c.Want(tt.status, tt.method, tt.target, "", tt.headers...)
		if tt.status == http.StatusTemporaryRedirect {
			continue
		}
		problem := webtest.JSON[web.Problem](t, answer)
		if answer.Header.Get("Content-Type") != "application/problem+json" || problem.Status != tt.status || problem.RequestID == "" {
			t.Errorf("%s %s: %v %s", tt.method, tt.target, answer.Header, answer.Body)
		}
		if got := answer.Header.Get("Cache-Control"); got != "no-store" {
			t.Errorf("%s %s: a problem with Cache-Control: %s", tt.method, tt.target, got)
		}
		for _, name := range []string{"Content-Encoding", "ETag"} {
			if got := answer.Header.Get(name); got != "" {
				t.Errorf("%s %s: a problem with %s: %s", tt.method, tt.target, name, got)
			}
		}
	}
}

func TestMistakeInTheFilesPanicsAtTheStart(t *testing.T) {
	t.Parallel()
	panics := func(what string, f func()) {
		defer func() {
			if recover() == nil {
				t.Errorf("%s does not panic", what)
			}
		}()
		f()
	}
	one := fstest.MapFS{"style.css": {}}
	panics("a name that occurs twice", func() { assets.New(one, one) })
	panics("the URL of a missing file", func() { assets.New(one).URL("styles.css") })
}
