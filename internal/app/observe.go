package app

import (
	"cmp"
	"context"
	"io"
	"log/slog"
	"os"
	"slices"
	"time"

	"example.com/templatesite/internal/database"
	"example.com/templatesite/internal/health"
	"example.com/templatesite/internal/logging"
	"example.com/templatesite/internal/metrics"
	"example.com/templatesite/internal/web"
)

// flushTimeout is how long the end of the service waits for the log server.
const flushTimeout = time.Second

// instruments are told of what the service does, for those who look at the admin
// address. Without one nobody could, so nobody is told.
type instruments struct {
	requests   web.Middleware
	statements database.Observer
	records    func(slog.Handler) slog.Handler
	refused    func(reads bool)
	active     func(route string) (begin, end func())
}

func (p *program) instruments(registry metrics.Registry) instruments {
	if p.config.AdminAddress == "" {
		return instruments{records: func(h slog.Handler) slog.Handler { return h }}
	}
	var models []string
	for _, resource := range p.service.Resources {
		models = append(models, resource.Name)
	}
	return instruments{
		requests:   registry.Requests(),
		statements: registry.Statements(models),
		records:    registry.LogRecords,
		refused:    registry.Refused(),
		active:     registry.Active(),
	}
}

// observers returns an observer that tells all of these, but for those that are nil.
func observers(all ...database.Observer) database.Observer {
	all = slices.DeleteFunc(all, func(o database.Observer) bool { return o == nil })
	if len(all) == 0 {
		return nil
	}
	return func(ctx context.Context, s *web.Statement) {
		for _, observe := range all {
			observe(ctx, s)
		}
	}
}

// openLog returns the log that the settings ask for, and what closes it.
func (p *program) openLog(level slog.Leveler, registry metrics.Registry, counted func(slog.Handler) slog.Handler) (*slog.Logger, func(), error) {
	handler := func(w io.Writer) slog.Handler { return p.stdoutHandler(w, level) }
	buffer := logging.NewBuffer(p.stdout, handler)
	registry.LogSink("stdout", buffer.Dropped)
	stdout := handler(buffer)
	if p.config.SyslogAddress == "" {
		return slog.New(counted(stdout)), func() { buffer.Close(flushTimeout) }, nil
	}
	host, err := os.Hostname()
	if err != nil {
		return nil, nil, err
	}
	syslog, err := logging.NewSyslog(string(p.config.SyslogAddress), p.service.Name, host, os.Getpid())
	if err != nil {
		return nil, nil, err
	}
	registry.LogSink("syslog", syslog.Dropped)
	log := slog.New(counted(slog.NewMultiHandler(stdout, syslog.Handler(slog.LevelInfo))))
	return log, func() {
		syslog.Close(flushTimeout)
		buffer.Close(flushTimeout)
	}, nil
}

func (p *program) stdoutHandler(w io.Writer, level slog.Leveler) slog.Handler {
	terminal := isTerminal(p.stdout)
	format := logging.JSON
	if terminal {
		format = logging.Text
	}
	return logging.New(w, cmp.Or(string(p.config.LogFormat), format), terminal && !p.noColor, level)
}

// scrapeTimeout bounds what a scrape asks the database.
const scrapeTimeout = 2 * time.Second

func migrationCounts(db *database.DB, resources []web.Resource) func() (applied, pending int, err error) {
	return func() (int, int, error) {
		ctx, cancel := context.WithTimeout(context.Background(), scrapeTimeout)
		defer cancel()
		applied, pending, _, err := db.Count(ctx, resources)
		return applied, pending, err
	}
}

// watch returns the health of the service, and lets the metrics know of it and of the
// database. The log says at once when a schema is behind or ahead, which is served.
func (p *program) watch(log *slog.Logger, db *database.DB, registry metrics.Registry) *health.Health {
	registry.Database(db.DB, migrationCounts(db, p.service.Resources))
	ready := health.New(log, map[string]health.Check{
		"db": func(ctx context.Context) (string, error) { return db.Ready(ctx, p.service.Resources) },
	})
	registry.Health(ready.Last)
	ready.Check(p.ctx)
	return ready
}
