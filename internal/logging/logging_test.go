package logging_test

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"

	"example.com/templatesite/internal/logging"
	"example.com/templatesite/internal/logtest"
	"example.com/templatesite/internal/web"
)

func TestRecordHasTheIDsOfItsRequestAndItsTrace(t *testing.T) {
	t.Parallel()
	server := logtest.Listen(t, "127.0.0.1:0")
	sent, _ := newLog(t, "tcp://"+server.Addr().String())
	var text, json bytes.Buffer
	log := slog.New(slog.NewMultiHandler(
		logging.New(&text, logging.Text, false, slog.LevelInfo), logging.New(&json, logging.JSON, false, slog.LevelInfo), sent.Handler()))
	ctx := t.Context()
	log.InfoContext(ctx, "outside")
	log.InfoContext(web.WithInfo(ctx, &web.Info{ID: "a"}), "not traced")
	log.InfoContext(web.WithInfo(ctx, &web.Info{ID: "a", TraceID: "b"}), "traced")
	for i, suffixes := range [][2]string{{"outside", `"outside"}`}, {"request_id=a", `"request_id":"a"}`}, {"request_id=a trace_id=b", `"request_id":"a","trace_id":"b"}`}} {
		lines := [3]string{strings.Split(text.String(), "\n")[i], strings.Split(json.String(), "\n")[i], *server.Next(t).Message}
		if !strings.HasSuffix(lines[0], suffixes[0]) || !strings.HasSuffix(lines[1], suffixes[1]) || !strings.HasSuffix(lines[2], suffixes[0]) {
			t.Errorf("record %d is %q", i, lines)
		}
	}
}
