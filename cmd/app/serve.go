package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"

	"example.com/templatesite/internal/database"
	"example.com/templatesite/internal/health"
	"example.com/templatesite/internal/logging"
	"example.com/templatesite/internal/server"
)

type serveCommand struct{}

// Help is shown by app serve --help.
func (serveCommand) Help() string {
	return `With SQLite the database is created, migrated and filled on the first start.
With PostgreSQL the service is not ready until "app migrate" was run.

Examples:
  app
  app serve --address :8080 --log-level debug
  DATABASE_URL=postgres://app@localhost/templatesite DATABASE_PASSWORD_FILE=password app`
}

// Run is the parts list of the service.
func (serveCommand) Run(p *program) error {
	level := new(slog.LevelVar)
	level.Set(p.config.LogLevel)
	log := p.logger(level)

	db, err := p.config.open(0)
	if err != nil {
		return err
	}
	defer db.Close()
	if db.Engine == database.SQLite {
		if err := db.Prepare(p.ctx, apps(), loadFixtures); err != nil {
			return fmt.Errorf("prepare the database: %w", err)
		}
	}

	ready := health.New(log, map[string]health.Check{
		"db": func(ctx context.Context) (string, error) { return db.Ready(ctx, apps()) },
	})
	// A database that is missing, behind or ahead is said at once, and served.
	if advice := ready.Ask(p.ctx).Checks["db"].Detail; advice != "" {
		log.Warn(advice)
	}

	listener, err := listen("ADDRESS", string(p.config.Address))
	if err != nil {
		return err
	}
	api := &server.Server{
		Handler:         surround(routes(p.config, db, ready), p.config, log),
		Log:             log,
		Stopping:        func() { log.Info("stopping"); ready.Stop() },
		DrainDelay:      p.config.DrainDelay,
		ShutdownTimeout: p.config.ShutdownTimeout,
	}
	operators, err := serveAdmin(p.config, log, level)
	if err != nil {
		return err
	}
	log.Info("serving", "api", baseURL(string(p.config.Address), listener),
		"documents", baseURL(string(p.config.Address), listener)+"openapi.json", "admin", operators.url)
	err = errors.Join(api.Run(p.ctx, listener), operators.stop())
	log.Info("stopped")
	return err
}

// loadFixtures fills a new database with the resources' own fixtures.
func loadFixtures(ctx context.Context, db *database.DB) error {
	return load(ctx, db, ownFixtures(), func() {})
}

// logger returns the logger that the settings ask for.
func (p *program) logger(level slog.Leveler) *slog.Logger {
	terminal := isTerminal(p.stdout)
	format := string(p.config.LogFormat)
	if format == "" {
		format = logging.JSON
		if terminal {
			format = logging.Text
		}
	}
	return slog.New(logging.New(p.stdout, format, terminal && !p.noColor, level))
}

func listen(setting, address string) (net.Listener, error) {
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return nil, fmt.Errorf("%s: %w (does another one run already?)", setting, err)
	}
	return listener, nil
}

// baseURL is where a browser on this machine finds a listener.
func baseURL(address string, listener net.Listener) string {
	host, _, _ := net.SplitHostPort(address)
	if ip := net.ParseIP(host); host == "" || ip.IsUnspecified() {
		host = "localhost"
	}
	_, port, _ := net.SplitHostPort(listener.Addr().String())
	return "http://" + net.JoinHostPort(host, port) + "/"
}
