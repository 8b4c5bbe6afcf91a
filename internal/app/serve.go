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
	"time"

	"example.com/templatesite/internal/database"
	"example.com/templatesite/internal/metrics"
	"example.com/templatesite/internal/server"
)

const (
	// readSlack is how much longer a body may take than the request: the end of a
	// connection's time would otherwise end work that is still in its own.
	readSlack = time.Second
	// writeTimeout is how long a client may take to read its answer.
	writeTimeout = 30 * time.Second
)

type serveCommand struct{}

// Help is shown by app serve --help.
func (serveCommand) Help() string {
	return `With SQLite the database is created, migrated and filled on the first start.
With PostgreSQL the service is not ready until "app migrate" was run.

Examples:
  app
  app serve --address :8080 --log-level debug
  DATABASE_URL=postgres://app@localhost/app DATABASE_PASSWORD_FILE=password app`
}

// Run is the parts list of the service.
func (serveCommand) Run(p *program) error {
	b := p.service.build()
	registry := metrics.New(b.Version, b.Commit, b.Go)
	told := p.instruments(registry)
	defer runtime.KeepAlive(ballast())

	level := new(slog.LevelVar)
	level.Set(slog.Level(p.config.LogLevel))
	log, closeLog, err := p.openLog(level, registry, told.records)
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

	db, err := p.openDatabase(log, observers(told.statements, traces.statements))
	if err != nil {
		return err
	}
	defer db.Close()
	ready := p.watch(log, db, registry)

	listeners, err := listen(p.ctx, "ADDRESS", string(p.config.Address))
	if err != nil {
		return err
	}
	operators, err := p.serveAdmin(log, level, registry, ready)
	if err != nil {
		return err
	}
	handler, pages := p.routes(db, ready, told)
	api := &server.Server{
		Handler:         surround(handler, pages, p.config, log, traces.requests, told.requests),
		Log:             log,
		ReadTimeout:     p.config.RequestTimeout + readSlack,
		WriteTimeout:    p.config.RequestTimeout + writeTimeout,
		Stopping:        func() { log.Info("stopping"); ready.Stop() },
		DrainDelay:      p.config.DrainDelay,
		ShutdownTimeout: p.config.ShutdownTimeout,
	}
	url := listeningAt(string(p.config.Address), listeners)
	log.Info("serving", "api", url, "documents", documentsAt(url), "admin", operators.url)
	err = api.Run(p.ctx, listeners...)
	operators.stop()
	log.Info("stopped")
	return err
}

// ballast is for the garbage collector, which waits until the heap has doubled. Ours is
// a few megabytes, so under load that would be hundreds of times a second. These bytes
// count as heap, and take no memory, as nobody writes to them.
func ballast() []byte { return make([]byte, ballastSize) }

const ballastSize = 12 << 20

// openDatabase opens the database, and makes an embedded one ready.
func (p *program) openDatabase(log *slog.Logger, observe database.Observer) (*database.DB, error) {
	options := p.config.options()
	options.StatementTimeout = p.config.RequestTimeout
	options.Observe = observe
	db, err := database.Open(options)
	if err != nil {
		return nil, err
	}
	if _, err := database.NewTimeline(p.service.Resources, db.Engine); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	if db.Engine != database.SQLite {
		return db, nil
	}
	if err := db.Prepare(p.ctx, p.service.Resources, p.fill(log)); err != nil {
		return nil, errors.Join(p.config.withDatabaseHint(fmt.Errorf("prepare the database that DATABASE_URL names: %w", err)), db.Close())
	}
	return db, nil
}

// fill returns what fills a new database: the resources' own fixtures.
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

// listeningAt is the URL for a browser, or the address alone where it stands for all
// addresses of a machine: which of them is reached, and by what port, is then decided outside.
func listeningAt(address string, listeners []net.Listener) string {
	actual := listeners[0].Addr().String()
	host, _, _ := net.SplitHostPort(address)
	if isEverywhere(host) {
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
