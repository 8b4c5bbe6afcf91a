package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"runtime"
	"strings"
	"syscall"

	"example.com/templatesite/internal/database"
	"example.com/templatesite/internal/metrics"
	"example.com/templatesite/internal/server"
	"example.com/templatesite/internal/web"
)

type serveCommand struct{}

// Help is shown by app serve --help.
func (serveCommand) Help() string {
	return `With SQLite the database is created, migrated and filled on the first start.
With PostgreSQL the service is not ready until "app migrate" has run.

Examples:
  app
  app serve --address :8080 --log-level debug
  DATABASE_URL=postgres://app@localhost/app DATABASE_PASSWORD_FILE=password app`
}

// Run assembles the service and serves until it is stopped.
func (serveCommand) Run(p *program) error {
	b := p.service.build()
	registry := metrics.New(b.Version, b.Commit, b.Go)
	hooks := p.hooks(registry)
	defer runtime.KeepAlive(ballast())

	level := new(slog.LevelVar)
	level.Set(slog.Level(p.config.LogLevel))
	log, closeLog, err := p.openLog(level, registry, hooks.records)
	if err != nil {
		return err
	}
	defer closeLog()
	for _, m := range p.misspelt {
		log.Warn("a variable looks like a misspelt setting, and has no effect", "variable", m.Variable, "setting", m.Meant)
	}
	limitMemory(log)
	traces, err := p.openTraces(log)
	if err != nil {
		return err
	}
	defer traces.close()

	db, err := p.openDatabase(log, observers(hooks.statements, traces.statements))
	if err != nil {
		return err
	}
	defer db.Close()
	ready := p.watch(log, db, registry)

	listeners, err := listen(p.ctx, "ADDRESS", string(p.config.Address))
	if err != nil {
		return err
	}
	admin, err := p.serveAdmin(log, level, registry, ready)
	if err != nil {
		return err
	}
	handler, pages := p.routes(db, ready, hooks)
	api := &server.Server{
		Handler:         web.Chain(handler, p.config.middlewares(log, pages, traces.requests, hooks.requests)...),
		Log:             log,
		ReadTimeout:     p.config.timeouts().read,
		WriteTimeout:    p.config.timeouts().write,
		Stopping:        func() { log.Info("stopping"); ready.Stop() },
		DrainDelay:      p.config.DrainDelay,
		ShutdownTimeout: p.config.ShutdownTimeout,
	}
	url := listeningAt(string(p.config.Address), listeners)
	log.Info("serving", "api", url, "documents", documentsAt(url), "admin", admin.url)
	err = api.Run(p.ctx, listeners...)
	admin.stop()
	log.Info("stopped")
	return err
}

// openDatabase opens the database. With SQLite it also creates, migrates and fills it.
func (p *program) openDatabase(log *slog.Logger, observe database.Observer) (*database.DB, error) {
	options := p.config.options()
	options.StatementTimeout = p.config.timeouts().statement
	options.Observe = observe
	db, err := database.Open(options)
	if err != nil {
		return nil, err
	}
	if _, err := database.NewTimeline(p.service.Resources, db.Engine); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	if err := db.Prepare(p.ctx, p.service.Resources, p.fill(log)); err != nil {
		return nil, errors.Join(p.config.withDatabaseHint(fmt.Errorf("prepare the database that DATABASE_URL names: %w", err)), db.Close())
	}
	return db, nil
}

// fill returns a function that loads the fixtures of all resources into a new database.
func (p *program) fill(log *slog.Logger) func(context.Context, *database.DB) error {
	return func(ctx context.Context, db *database.DB) error {
		if err := load(ctx, db, p.service.Resources, ownFixtures(p.service.Resources), func() {}); err != nil {
			return err
		}
		log.Info("created a new database and loaded the fixtures")
		return nil
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

func documentsAt(url string) string {
	if strings.HasPrefix(url, "http://") {
		return url + "docs"
	}
	return "/docs"
}
