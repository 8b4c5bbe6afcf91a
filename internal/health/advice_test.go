package health_test

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"example.com/templatesite/internal/health"
)

func TestAdviceOfACheckThatIsWellIsInTheLogOnceAndSoIsItsEnd(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var log strings.Builder
		advice, err := "", error(nil)
		h := health.New(slog.New(slog.NewTextHandler(&log, nil)), map[string]health.Check{
			"db": func(context.Context) (string, error) { return advice, err },
		})
		logs := func(what string, warned, failed, well int) {
			t.Helper()
			for range 60 {
				h.Check(t.Context())
				time.Sleep(time.Second)
			}
			for message, want := range map[string]int{"passes, with a warning": warned, "fails": failed, "is well again": well} {
				if got := strings.Count(log.String(), "health check "+message); got != want {
					t.Errorf("%s: %q is said %d times, want %d\n%s", what, message, got, want, &log)
				}
			}
		}
		logs("well", 0, 0, 0)
		advice = "the database is read-only"
		logs("read-only", 1, 0, 0)
		err = errors.New("no route to host")
		logs("fails", 1, 3, 0)
		err = nil
		logs("read-only again", 2, 3, 0)
		advice = ""
		logs("well again", 2, 3, 1)
	})
}
