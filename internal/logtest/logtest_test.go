package logtest_test

import (
	"bytes"
	"io"
	"strings"
	"testing"

	"example.com/templatesite/internal/logtest"
)

// output captures the output of a test.
type output struct {
	testing.TB
	bytes.Buffer
}

func (o *output) Output() io.Writer { return &o.Buffer }

func TestOnlyWarningsAreLoggedUnlessVerbose(t *testing.T) {
	t.Parallel()
	o := &output{TB: t}
	log := logtest.New(o)
	log.Info("a request")
	log.Warn("a warning")
	if !strings.Contains(o.String(), "a warning") {
		t.Errorf("there is no warning in %q", o)
	}
	if got := strings.Contains(o.String(), "a request"); got != testing.Verbose() {
		t.Errorf("the log has requests: %t, want %t: %q", got, testing.Verbose(), o)
	}
}
