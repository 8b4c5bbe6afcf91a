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

func TestAdviceOfAPassingCheckIsLoggedOnceAndSoIsItsEnd(t *testing.T) {
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
			for message, want := range map[string]int{"passes, with a warning": warned, "fails": failed, "passes again": well} {
				if got := strings.Count(log.String(), "health check "+message); got != want {
					t.Errorf("%s: %q is logged %d times, want %d\n%s", what, message, got, want, &log)
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

func TestFailureIsLoggedEveryTwentySecondsAndItsEndOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var log strings.Builder
		err := errors.New("no route to host")
		h := health.New(slog.New(slog.NewTextHandler(&log, nil)), map[string]health.Check{
			"db": func(context.Context) (string, error) { return "", err },
		})
		for range 30 {
			h.Check(t.Context())
			time.Sleep(time.Second)
		}
		err = nil
		for range 2 {
			h.Check(t.Context())
		}
		fails, well := strings.Count(log.String(), "health check fails"), strings.Count(log.String(), "health check passes again")
		if fails != 2 || well != 1 {
			t.Errorf("%d failures and %d recoveries are logged:\n%s", fails, well, &log)
		}
	})
}

func TestFlappingCheckIsLoggedThreeTimesAMinute(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var log strings.Builder
		runs := 0
		h := health.New(slog.New(slog.NewTextHandler(&log, nil)), map[string]health.Check{
			"db": func(context.Context) (string, error) {
				if runs++; runs%2 == 0 {
					return "", nil
				}
				return "", errors.New("too many connections")
			},
		})
		for range 120 {
			h.Check(t.Context())
			time.Sleep(time.Second / 2)
		}
		fails, well := strings.Count(log.String(), "health check fails"), strings.Count(log.String(), "health check passes again")
		if fails != 3 || well != 3 {
			t.Errorf("%d failures and %d recoveries are logged:\n%s", fails, well, &log)
		}
	})
}
