package app

import (
	"cmp"
	"io"
	"log/slog"
	"os"
	"time"

	"example.com/templatesite/internal/logging"
	"example.com/templatesite/internal/metrics"
)

// flushTimeout is how long the service waits at shutdown for the log to be written.
const flushTimeout = time.Second

// openLog returns the log that the settings ask for, and a function that flushes and
// closes it. count wraps a handler in one that counts records.
func (p *program) openLog(level slog.Leveler, registry metrics.Registry, count func(slog.Handler) slog.Handler) (*slog.Logger, func(), error) {
	handler := func(w io.Writer) slog.Handler { return p.stdoutHandler(w, level) }
	buffer := logging.NewBuffer(p.stdout, handler)
	registry.LogSink("stdout", buffer.Dropped)
	stdout := handler(buffer)
	if p.config.SyslogAddress == "" {
		return slog.New(count(stdout)), func() { buffer.Close(flushTimeout) }, nil
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
	log := slog.New(count(slog.NewMultiHandler(stdout, syslog.Handler(slog.LevelInfo))))
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
