package app

import (
	"context"
	"sync"
	"testing"

	"example.com/templatesite/internal/database"
	"example.com/templatesite/internal/web"
)

func TestInsertedRowsOfEveryResourceAreCounted(t *testing.T) {
	onEach(t, func(t *testing.T, env map[string]string, _ *database.DB) {
		var mu sync.Mutex
		inserted := map[string]int64{}
		db, err := database.Open(database.Options{URL: env["DATABASE_URL"], MaxConnections: 1, Observe: func(_ context.Context, s *web.Statement) {
			mu.Lock()
			defer mu.Unlock()
			if s.Operation == "insert" {
				inserted[s.Table] += s.Rows
			}
		}})
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		if err := load(t.Context(), db, resources(), ownFixtures(resources()), func() {}); err != nil {
			t.Fatal(err)
		}
		for _, resource := range resources() {
			if inserted[resource.Name] == 0 {
				t.Errorf("no row of %s is counted as inserted", resource.Name)
			}
		}
	})
}
