package middleware_test

import (
	"bufio"
	"compress/gzip"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"example.com/templatesite/internal/middleware"
	"example.com/templatesite/internal/web"
	"example.com/templatesite/internal/webtest"
)

var long = strings.Repeat(`{"title": "The Left Hand of Darkness"}`, 100)

// serveCompressed starts a server with the handler behind Compress, and returns its URL.
func serveCompressed(t *testing.T, handler http.HandlerFunc) string {
	server := httptest.NewServer(web.Chain(handler,
		middleware.RequestInfo(nil), middleware.Compress(), middleware.Recover(slog.New(slog.NewTextHandler(t.Output(), nil)))))
	t.Cleanup(server.Close)
	return server.URL
}

var transport = &http.Transport{DisableCompression: true, DisableKeepAlives: true}

// request sends a request to a handler behind Compress, and returns the compressed response.
func request(t *testing.T, method string, handler http.HandlerFunc, headers ...string) webtest.Response {
	t.Helper()
	response, err := webtest.Send(t.Context(), transport, method, serveCompressed(t, handler), "", headers...)
	if err != nil {
		t.Fatal(err)
	}
	return response
}

func respondWith(contentType, body string, headers ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", contentType)
		for _, header := range headers {
			name, value, _ := strings.Cut(header, ": ")
			w.Header().Set(name, value)
		}
		_, _ = io.WriteString(w, body) // the test checks what arrives
	}
}

func TestLargeTextIsCompressed(t *testing.T) {
	t.Parallel()
	const gzipped, plain = "gzip", ""
	tests := []struct {
		name, method, accept, kind, body, header, want string
	}{
		{"JSON", "GET", "gzip, br", "application/json", long, "", gzipped},
		{"problem", "GET", "gzip", "application/problem+json", long, "", gzipped},
		{"HTML", "GET", "deflate, GZIP;q=0.1", "text/html; charset=utf-8", long, "", gzipped},
		{"client without Accept-Encoding", "GET", "", "application/json", long, "", plain},
		{"coding with q=0", "GET", "gzip;q=0", "application/json", long, "", plain},
		{"identity", "GET", "identity", "application/json", long, "", plain},
		{"small", "GET", "gzip", "application/json", `{"text": "Hello"}`, "", plain},
		{"image", "GET", "gzip", "image/png", long, "", plain},
		{"event stream", "GET", "gzip", "text/event-stream", long, "", plain},
		{"response to a POST", "POST", "gzip", "application/json", long, "", plain},
		{"client with a cookie", "GET", "gzip", "application/json", long, "Cookie: session=1", plain},
		{"client with a token", "GET", "gzip", "application/json", long, "Authorization: Bearer 1", plain},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var headers []string
			for _, header := range []string{"Accept-Encoding: " + tt.accept, tt.header} {
				if !strings.HasSuffix(header, " ") && header != "" {
					headers = append(headers, header)
				}
			}
			response := request(t, tt.method, respondWith(tt.kind, tt.body), headers...)
			if got := response.Header.Get("Content-Encoding"); got != tt.want {
				t.Fatalf("Content-Encoding = %q, want %q", got, tt.want)
			}
			if got := response.Header.Values("Vary"); tt.method == "GET" && strings.Join(got, ", ") != "Accept-Encoding" {
				t.Errorf("Vary = %q", got)
			}
			if got := text(t, response); got != tt.body {
				t.Errorf("body = %q", got)
			}
		})
	}
}

// text returns the body, decompressed.
func text(t *testing.T, response webtest.Response) string {
	t.Helper()
	if response.Header.Get("Content-Encoding") != "gzip" {
		return response.Body
	}
	z, err := gzip.NewReader(strings.NewReader(response.Body))
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

func TestResponseWithAContentEncodingIsNotCompressedAgain(t *testing.T) {
	t.Parallel()
	response := request(t, "GET", respondWith("text/css", long, "Content-Encoding: br", `ETag: "1"`), "Accept-Encoding: gzip, br")
	if response.Header.Get("Content-Encoding") != "br" || response.Header.Get("ETag") != `"1"` || response.Body != long {
		t.Errorf("%v %q", response.Header, response.Body)
	}
}

func TestHEADHasTheHeaderOfGET(t *testing.T) {
	t.Parallel()
	for _, body := range []string{long, "short"} {
		get := request(t, "GET", respondWith("application/json", body, `ETag: "1"`), "Accept-Encoding: gzip")
		head := request(t, "HEAD", respondWith("application/json", body, `ETag: "1"`), "Accept-Encoding: gzip")
		for _, name := range []string{"Content-Encoding", "Content-Length", "Content-Type", "ETag", "Vary"} {
			if get.Header.Get(name) != head.Header.Get(name) {
				t.Errorf("%s = %q, HEAD has %q", name, get.Header.Get(name), head.Header.Get(name))
			}
		}
	}
}

func TestCompressedResponseHasItsOwnETagThatConditionsAccept(t *testing.T) {
	t.Parallel()
	conditional := func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("ETag", `"1"`)
		if r.Header.Get("If-None-Match") == `"1"` {
			w.WriteHeader(http.StatusNotModified)
			return
		}
		respondWith("application/json", long, "X-If-Match: "+r.Header.Get("If-Match"))(w, r)
	}
	tests := []struct{ name, method, header, etag, ifMatch string }{
		{"no condition", "GET", "If-None-Match: ", `"1-gzip"`, ""},
		{"its ETag", "GET", `If-None-Match: "1-gzip"`, `"1-gzip"`, ""},
		{"the ETag of the plain response", "GET", `If-None-Match: "1"`, `"1"`, ""},
		{"another ETag", "GET", `If-None-Match: "2-gzip"`, `"1-gzip"`, ""},
		{"PUT with the ETag of the compressed response", "PUT", `If-Match: "1-gzip"`, `"1"`, `"1"`},
		{"PUT with two ETags", "PUT", `If-Match: "0", "1-gzip"`, `"1"`, `"0", "1"`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			response := request(t, tt.method, conditional, "Accept-Encoding: gzip", tt.header)
			if got := response.Header.Get("ETag"); got != tt.etag {
				t.Errorf("%d with ETag %s, want %s", response.Status, got, tt.etag)
			}
			if got := response.Header.Get("X-If-Match"); got != tt.ifMatch {
				t.Errorf("the handler gets If-Match: %s, want %s", got, tt.ifMatch)
			}
		})
	}
}

func TestFlushSendsTheCompressedBytes(t *testing.T) {
	t.Parallel()
	seen := make(chan struct{})
	url := serveCompressed(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/plain")
		fmt.Fprintln(w, strings.Repeat("x", 2000))
		if err := http.NewResponseController(w).Flush(); err != nil {
			t.Error(err)
		}
		select {
		case <-seen:
		case <-time.After(10 * time.Second):
			t.Error("the client did not see the first line")
		}
		fmt.Fprintln(w, "end")
	})
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Accept-Encoding", "gzip")
	response, err := transport.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	z, err := gzip.NewReader(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewReader(z)
	if _, err := lines.ReadString('\n'); err != nil {
		t.Fatal(err)
	}
	close(seen)
	if line, err := lines.ReadString('\n'); line != "end\n" {
		t.Errorf("%q, %v", line, err)
	}
}

func TestPanicDuringACompressedResponseClosesTheConnection(t *testing.T) {
	t.Parallel()
	for _, begun := range []string{"a little", long} {
		url := serveCompressed(t, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/plain")
			_, _ = io.WriteString(w, begun) // the test checks what arrives
			panic("in the middle")
		})
		if response, err := webtest.Send(t.Context(), transport, "GET", url, "", "Accept-Encoding: gzip"); err == nil {
			t.Errorf("%d %q looks complete", response.Status, response.Body)
		}
	}
}

func TestPanicBeforeTheResponseIsAProblem(t *testing.T) {
	t.Parallel()
	response := request(t, "GET", func(http.ResponseWriter, *http.Request) { panic("at once") }, "Accept-Encoding: gzip")
	if response.Status != http.StatusInternalServerError || response.Header.Get("Content-Type") != "application/problem+json" {
		t.Errorf("%d %v", response.Status, response.Header)
	}
}
