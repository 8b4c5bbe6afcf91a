package app

import (
	"context"
	"testing"
	"time"

	"example.com/templatesite/internal/databasetest"
	"example.com/templatesite/internal/webtest"
)

// startLocked starts a service, and locks its books against reads and changes
// until the test ends.
func startLocked(t *testing.T, requestTimeout string) *service {
	t.Helper()
	db := filledPostgres(t)
	s := startService(t, map[string]string{"DATABASE_URL": databasetest.URL(t, db), "REQUEST_TIMEOUT": requestTimeout})
	tx, err := db.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = tx.Rollback() })
	if _, err := tx.ExecContext(t.Context(), "lock table book in access exclusive mode"); err != nil {
		t.Fatal(err)
	}
	return s
}

func TestRequestWithABodyIsCancelledWhenItsClientDisconnects(t *testing.T) {
	t.Parallel()
	s := startLocked(t, "20s")
	for _, method := range []string{"GET", "DELETE", "PUT"} {
		ctx, leave := context.WithTimeout(t.Context(), time.Second)
		defer leave()
		if answer, err := webtest.Send(ctx, transport, method, s.url+"/book/1", validBook); err == nil {
			t.Errorf("%s = %d, and did not wait for the lock", method, answer.Status)
		}
		s.record("request", func(record map[string]any) bool { return record["method"] == method && record["status"] == 499.0 })
	}
}
