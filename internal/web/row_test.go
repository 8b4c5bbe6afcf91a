package web_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"example.com/templatesite/internal/web"
	"example.com/templatesite/internal/webtest"
)

func TestAnswerNamesAnUnreadableRowAndTheErrorTheReason(t *testing.T) {
	t.Parallel()
	reason := errors.New(`sql: Scan error on column index 7, name "due": SECRET`)
	row := web.Row("book", 2, reason)
	if text := row.Error(); !strings.HasPrefix(text, "book 2 cannot be read: the column due ") || strings.Contains(text, "Scan") || !errors.Is(row, reason) {
		t.Errorf("the error is %q", text)
	}
	api := web.NewAPI(web.Options{Title: "test", Version: "1", Classify: func(error) *web.Problem { return nil }})
	web.Register(api, huma.Operation{OperationID: "get", Method: http.MethodGet, Path: "/book"},
		func(context.Context, *struct{}) (*struct{}, error) { return nil, fmt.Errorf("list books: %w", row) })
	problem := webtest.JSON[web.Problem](t, webtest.New(t, api).Want(http.StatusInternalServerError, "GET", "/book", ""))
	if !strings.HasPrefix(problem.Detail, "book 2 could not be read.") || strings.Contains(problem.Detail, "due") || strings.Contains(problem.Detail, "SECRET") {
		t.Errorf("the answer says %q", problem.Detail)
	}
}

func TestErrorSaysWhatIsWrongWithATimeInARow(t *testing.T) {
	t.Parallel()
	var read time.Time
	for _, tt := range []struct {
		value any
		want  string
	}{
		{time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC), "years 1 to 9999"},
		{nil, "it is null"},
		{true, "another type"},
	} {
		err := fmt.Errorf(`sql: Scan error on column index 7, name "due": %w`, web.Timestamp(&read).Scan(tt.value))
		if text := web.Row("book", 2, err).Error(); !strings.Contains(text, "the column due") || !strings.Contains(text, tt.want) {
			t.Errorf("%v: the error is %q, want %q", tt.value, text, tt.want)
		}
	}
}

func TestErrorNamesARowOnceAndOnlyIfItsKeyIsKnown(t *testing.T) {
	t.Parallel()
	reason := errors.New("a reason")
	if err := web.Row("book", 1, nil); err != nil {
		t.Errorf("no error became %v", err)
	}
	if err := web.Row("book", 0, reason); err != reason { //nolint:errorlint // it must not be wrapped
		t.Errorf("an error before a key was read became %v", err)
	}
	if err := web.Row("shelf", 1, web.Row("book", 2, reason)); err.Error() != "book 2 cannot be read: a reason" {
		t.Errorf("the error is %v", err)
	}
}
