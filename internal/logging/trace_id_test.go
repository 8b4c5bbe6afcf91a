package logging_test

import (
	"testing"

	"example.com/templatesite/internal/web"
)

func TestRecordHasTheIDOfItsTrace(t *testing.T) {
	t.Parallel()
	checkIDs(t, &web.Info{IDs: web.IDs{RequestID: "a", TraceID: "b"}}, "request_id=a trace_id=b", `"request_id":"a","trace_id":"b"}`)
}
