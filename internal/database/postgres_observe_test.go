package database_test

import (
	"context"
	"slices"
	"testing"

	"example.com/templatesite/internal/database"
	"example.com/templatesite/internal/web"
)

func TestObserverReceivesAFailedConnect(t *testing.T) {
	t.Parallel()
	var seen []string
	db, err := database.Open(database.Options{URL: "postgres://app@127.0.0.1:1/app", MaxConnections: 1, Observe: func(_ context.Context, s *web.Statement) {
		seen = append(seen, s.Name+" "+s.ErrorType)
	}})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.ExecContext(t.Context(), "select 1"); err == nil || !slices.Equal(seen, []string{"connect unavailable"}) {
		t.Errorf("%v; the observer received %q", err, seen)
	}
}
