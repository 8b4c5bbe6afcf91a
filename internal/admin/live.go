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

// interval is how often the plots move.
const interval = time.Second

// livePolicy lets the page use what comes from here. Its plots are styled by a script.
const livePolicy = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; " +
	"connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// script is run before that of statsviz.
//
//go:embed pages/live.js
var script []byte

// live is the page of statsviz, with our own plots in it. Nothing is read, nor does
// anything run, before somebody looks, and however many look, it is read once.
type live struct {
	options []statsviz.Option
	viewers viewers

	mu     sync.Mutex
	server *statsviz.Server
	page   []byte
}

func newLive(numbers prometheus.Gatherer, probe func(route string) bool) *live {
	l := new(live)
	s := &sampler{numbers: numbers, probe: probe, wanted: l.viewers.some}
	for _, plot := range s.plots() {
		built, err := plot.Build()
		if err != nil {
			panic(err) // two plots have the same name, or one has none
		}
		l.options = append(l.options, statsviz.TimeseriesPlot(built))
	}
	l.options = append(l.options, statsviz.SendFrequency(interval))
	return l
}

// start returns the server of the plots, which is made when somebody looks.
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
	page := memory{header: http.Header{}}
	server.Index()(&page, &http.Request{Method: http.MethodGet, URL: &url.URL{Path: "/debug/statsviz/"}})
	l.server, l.page = server, bytes.Replace(page.Bytes(), []byte("<head>"), []byte(`<head><script src="live.js"></script>`), 1)
	return l.server, l.page, nil
}

func (l *live) close() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.server != nil {
		_ = l.server.Close() // it only stops, and has nothing to say
	}
	l.viewers.close()
}

func (l *live) serve(w http.ResponseWriter, r *http.Request) {
	server, page, err := l.start()
	if err != nil {
		web.WriteProblem(w, r, web.NewProblem(http.StatusInternalServerError, "There are no live plots.").WithCause(err))
		return
	}
	// A client that is gone cannot be told anything more.
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

// memory keeps an answer.
type memory struct {
	bytes.Buffer
	header http.Header
}

func (m *memory) Header() http.Header { return m.header }
func (m *memory) WriteHeader(int)     {}
