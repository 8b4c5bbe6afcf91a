package admin

import (
	"bytes"
	_ "embed"
	"net/http"
	"net/url"
	"sync"
	"time"

	"github.com/arl/statsviz"
	"github.com/prometheus/client_golang/prometheus"

	"example.com/templatesite/internal/web"
)

// interval is how often the plots get a new point.
const interval = time.Second

// livePolicy allows the page's own scripts and styles. Its script sets the styles of the plots inline.
const livePolicy = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; " +
	"connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// script runs before the script of statsviz.
//
//go:embed pages/live.js
var script []byte

// live serves the page of statsviz with the plots of the service. It starts with the first
// request, reads metrics only while there are viewers, and reads them once for all viewers.
type live struct {
	options []statsviz.Option
	viewers viewers

	mu     sync.Mutex
	server *statsviz.Server
	page   []byte
}

func newLive(numbers prometheus.Gatherer, probe func(route string) bool) *live {
	l := new(live)
	s := &sampler{numbers: numbers, probe: probe, active: l.viewers.watching}
	for _, plot := range s.plots() {
		built, err := plot.Build()
		if err != nil {
			panic(err) // a plot is invalid; all are constants
		}
		l.options = append(l.options, statsviz.TimeseriesPlot(built))
	}
	l.options = append(l.options, statsviz.SendFrequency(interval))
	return l
}

// start returns the server and the page of the plots. The first call creates them.
func (l *live) start() (*statsviz.Server, []byte, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.server != nil {
		return l.server, l.page, nil
	}
	server, err := statsviz.NewServer(l.options...)
	if err != nil {
		return nil, nil, err
	}
	page := recorder{header: http.Header{}}
	server.Index()(&page, &http.Request{Method: http.MethodGet, URL: &url.URL{Path: "/debug/statsviz/"}})
	l.server, l.page = server, bytes.Replace(page.Bytes(), []byte("<head>"), []byte(`<head><script src="live.js"></script>`), 1)
	return l.server, l.page, nil
}

func (l *live) close() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.server != nil {
		_ = l.server.Close() // it only stops goroutines, and returns no error
	}
	l.viewers.close()
}

func (l *live) serve(w http.ResponseWriter, r *http.Request) {
	server, page, err := l.start()
	if err != nil {
		web.WriteProblem(w, r, web.ErrInternal.WithCause(err))
		return
	}
	// A connection error cannot be reported.
	switch r.PathValue("file") {
	case "":
		web.SetPageHeader(w.Header(), livePolicy)
		_, _ = w.Write(page)
	case "live.js":
		w.Header().Set("Content-Type", "text/javascript; charset=utf-8")
		_, _ = w.Write(script)
	case "ws":
		l.viewers.admit(w, r, server.Ws())
	default:
		server.Index()(w, r)
	}
}

// recorder is a ResponseWriter that keeps the body.
type recorder struct {
	bytes.Buffer
	header http.Header
}

func (r *recorder) Header() http.Header { return r.header }
func (r *recorder) WriteHeader(int)     {}
