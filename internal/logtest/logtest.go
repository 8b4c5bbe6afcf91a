// Package logtest provides a logger and a log server for tests. Only tests import it.
package logtest

import (
	"log/slog"
	"testing"

	"example.com/templatesite/internal/logging"
)

// New returns a logger that writes to the output of the test: warnings and errors, or all records
// with -v.
func New(t testing.TB) *slog.Logger {
	t.Helper()
	level := slog.LevelWarn // records of requests would hide the message of a failed test
	if testing.Verbose() {
		level = slog.LevelDebug
	}
	return slog.New(logging.New(t.Output(), logging.Text, false, level))
}
