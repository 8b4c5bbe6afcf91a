package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"runtime"
	"slices"
	"strings"
	"syscall"

	"example.com/templatesite/internal/database"
	"example.com/templatesite/internal/server"
	"example.com/templatesite/internal/web"
)

type serveCommand struct{}

// Help is shown by app serve --help.
func (serveCommand) Help() string {
	var starts []string
	for _, engine := range database.Help() {
		starts = append(starts, engine.Start)
	}
	return strings.Join(starts, "\n") + `

Examples:
  app
  app serve --address :8080 --log-level debug`
}

// Run assembles the service and serves until it is stopped.
func (serveCommand) Run(p *program) error {
	defer runtime.KeepAlive(ballast())

	level := new(slog.LevelVar)
	level.Set(slog.Level(p.config.LogLevel))
	sinks := sinks{p.stdoutSink(level)}
	if err := sinks.addSyslog(p.config, p.service.Name); err != nil { // feature: syslog
		return err
	}
	defer sinks.close()
	s := parts{log: sinks.log()}
	var observers []database.Observer
	s.hooks = p.openMetrics()                         // feature: metrics
	s.log = s.hooks.countRecords(s.log, sinks)        // feature: metrics
	observers = append(observers, s.hooks.statements) // feature: metrics
	p.warnOfMisspelt(s.log)
	limitMemory(s.log)
	var err error
	s.traces, err = p.openTraces(s.log) // feature: traces
	if err != nil {                     // feature: traces
		return err
	}
	defer s.traces.close()                             // feature: traces
	observers = append(observers, s.traces.statements) // feature: traces

	s.db, err = p.openDatabase(observers)
	if err != nil {
		return err
	}
	defer s.db.Close()
	if err := p.prepare(s.db, s.log); err != nil { // feature: sqlite
		return err
	}
	p.keepAudit(p.ctx, s.log, s.db.DB) // feature: audit
	defer p.openProvider(&s)()         // feature: oidc
	s.ready = p.watch(s.log, s.db)
	s.hooks.watch(s.db, p.service.schema(), s.ready) // feature: metrics

	listeners, err := listen(p.ctx, "ADDRESS", string(p.config.Address))
	if err != nil {
		return err
	}
	admin, err := p.serveAdmin(s, level) // feature: admin
	if err != nil {                      // feature: admin
		return err
	}
	api := p.server(s)
	url := listeningAt(string(p.config.Address), listeners)
	addresses := []any{"api", url}
	addresses = append(addresses, "documents", documentsAt(url)) // feature: docs
	addresses = append(addresses, "admin", admin.url)            // feature: admin
	s.log.Info("serving", addresses...)
	err = api.Run(p.ctx, listeners...)
	admin.stop() // feature: admin
	s.log.Info("stopped")
	return err
}

// server returns the server of the API.
func (p *program) server(s parts) *server.Server {
	_, handler := p.routes(s)
	return &server.Server{
		Handler:         handler,
		Log:             s.log,
		ReadTimeout:     p.config.timeouts().read,
		WriteTimeout:    p.config.timeouts().write,
		Stopping:        func() { s.log.Info("stopping"); s.ready.Stop() },
		DrainDelay:      p.config.DrainDelay,
		ShutdownTimeout: p.config.ShutdownTimeout,
	}
}

// warnOfMisspelt logs the variables that look like settings.
func (p *program) warnOfMisspelt(log *slog.Logger) {
	for _, m := range p.misspelt {
		log.Warn("a variable looks like a misspelt setting, and has no effect", "variable", m.Variable, "setting", m.Meant)
	}
}

// openDatabase opens the database that the service uses.
func (p *program) openDatabase(observers []database.Observer) (*database.DB, error) {
	options := p.options()
	options.StatementTimeout = p.config.timeouts().statement
	options.Observe = all(observers)
	db, err := database.Open(options)
	if err != nil {
		return nil, err
	}
	if _, err := database.NewTimeline(p.service.schema(), db.Engine); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return db, nil
}

// all returns an observer that calls all of these that are not nil, or nil if all are.
func all(observers []database.Observer) database.Observer {
	observers = slices.DeleteFunc(observers, func(o database.Observer) bool { return o == nil })
	if len(observers) == 0 {
		return nil
	}
	return func(ctx context.Context, s *web.Statement) {
		for _, observe := range observers {
			observe(ctx, s)
		}
	}
}

func listen(ctx context.Context, setting, address string) ([]net.Listener, error) {
	listeners, err := server.Listen(ctx, address)
	if err != nil {
		if errors.Is(err, syscall.EADDRINUSE) {
			err = fmt.Errorf("%w: is another instance already running?", err)
		}
		return nil, fmt.Errorf("%s: %w", setting, err)
	}
	return listeners, nil
}

// listeningAt returns the URL for a browser. If the address means all addresses of the
// machine, it returns only the address: the service does not know which of them, and which
// port, clients can reach.
func listeningAt(address string, listeners []net.Listener) string {
	actual := listeners[0].Addr().String()
	host, _, _ := net.SplitHostPort(address)
	if isWildcard(host) {
		return actual
	}
	_, port, _ := net.SplitHostPort(actual)
	return "http://" + net.JoinHostPort(host, port) + "/"
}

func documentsAt(url string) string { // feature: docs
	if strings.HasPrefix(url, "http://") {
		return url + "docs"
	}
	return "/docs"
}
