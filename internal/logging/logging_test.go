package logging_test

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"

	"example.com/templatesite/internal/logging"
	"example.com/templatesite/internal/web"
)

func TestRecordHasTheIDOfItsRequest(t *testing.T) {
	t.Parallel()
	checkIDs(t, &web.Info{IDs: web.IDs{RequestID: "a"}}, "request_id=a", `"request_id":"a"}`)
	checkIDs(t, &web.Info{}, "inside", `"inside"}`)
}

// checkIDs checks how a record in the context of a request ends, as text and as JSON.
func checkIDs(t *testing.T, info *web.Info, asText, asJSON string) {
	t.Helper()
	var text, json bytes.Buffer
	log := slog.New(slog.NewMultiHandler(logging.New(&text, logging.Text, false, slog.LevelInfo), logging.New(&json, logging.JSON, false, slog.LevelInfo)))
	log.InfoContext(web.WithInfo(t.Context(), info), "inside")
	if !strings.HasSuffix(text.String(), asText+"\n") || !strings.HasSuffix(json.String(), asJSON+"\n") {
		t.Errorf("%+v: %s%s", info, text.String(), json.String())
	}
}
