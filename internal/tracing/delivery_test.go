package tracing

import (
	"bytes"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func TestRepeatedOutagesAreLoggedEveryFiveMinutes(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var log bytes.Buffer
		d := &delivery{log: slog.New(slog.NewTextHandler(&log, nil))}
		for range 60 { // ten minutes in which every other batch fails
			d.account(7, errors.New("the reason"))
			time.Sleep(5 * time.Second)
			d.account(7, nil)
			time.Sleep(5 * time.Second)
		}
		warnings, recoveries := strings.Count(log.String(), `level=WARN msg="traces do not arrive" error="the reason"`), strings.Count(log.String(), `msg="traces arrive again" lost=`)
		if warnings != 2 || recoveries != 2 {
			t.Errorf("%d warnings and %d recoveries:\n%s", warnings, recoveries, &log)
		}
	})
}

func TestLongOutageIsLoggedOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var log bytes.Buffer
		d := &delivery{log: slog.New(slog.NewTextHandler(&log, nil))}
		for range 120 { // ten minutes
			d.account(7, errors.New("the reason"))
			time.Sleep(5 * time.Second)
		}
		d.account(7, nil)
		if got := log.String(); strings.Count(got, "level=WARN") != 1 || !strings.Contains(got, "lost=840") {
			t.Errorf("the log is:\n%s", got)
		}
	})
}
