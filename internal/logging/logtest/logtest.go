// Package logtest gives a test its own log, and a log server. Only tests import it.
package logtest

import (
	"log/slog"
	"testing"

	"example.com/templatesite/internal/logging"
)

// New returns a logger whose records, from debug level on, appear in the output
// of the test that they belong to: with -v, and when it fails.
func New(t testing.TB) *slog.Logger {
	t.Helper()
	return slog.New(logging.New(t.Output(), logging.Text, false, slog.LevelDebug))
}
