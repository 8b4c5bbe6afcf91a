// Package logtest gives a test its own log, and a log server. Only tests import it.
package logtest

import (
	"log/slog"
	"testing"

	"example.com/templatesite/internal/logging"
)

// New returns a logger whose records appear in the output of the test that they belong
// to: warnings and errors when it fails, and all of them with -v.
func New(t testing.TB) *slog.Logger {
	t.Helper()
	level := slog.LevelWarn // the message of the test must not drown in requests
	if testing.Verbose() {
		level = slog.LevelDebug
	}
	return slog.New(logging.New(t.Output(), logging.Text, false, level))
}
