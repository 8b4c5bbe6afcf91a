package database_test

import (
	"strings"
	"testing"

	"example.com/templatesite/internal/database"
	"example.com/templatesite/internal/postgrestest"
)

func TestStandbyServesReadsAndReportsItUntilItIsPromoted(t *testing.T) {
	t.Parallel()
	primary := postgrestest.New(t, "wal_level=replica", "max_wal_senders=2", "hot_standby=on")
	open := func(server *postgrestest.Server) *database.DB {
		t.Helper()
		db, err := database.Open(database.Options{URL: server.URL("postgres?connect_timeout=30"), MaxConnections: 2})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = db.Close() })
		return db
	}
	if err := open(primary).Migrate(t.Context(), resources(2), nil); err != nil {
		t.Fatal(err)
	}
	standby, err := primary.Standby(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer standby.Close() //nolint:errcheck // the test is over
	db := open(standby)
	if advice, err := db.Ready(t.Context(), resources(2)); err != nil || !strings.Contains(advice, "read-only") {
		t.Errorf("of a standby: %q, %v", advice, err)
	}
	if got := rows(t, db); got != 1 {
		t.Errorf("%d rows are read", got)
	}
	if err := standby.Promote(t.Context()); err != nil {
		t.Fatal(err)
	}
	if advice, err := db.Ready(t.Context(), resources(2)); err != nil || advice != "" {
		t.Errorf("after the promotion: %q, %v", advice, err)
	}
}
