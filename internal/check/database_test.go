package check_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"example.com/templatesite/internal/check"
	"example.com/templatesite/internal/database"
	"example.com/templatesite/internal/databasetest"
	"example.com/templatesite/internal/sampletest"
	"example.com/templatesite/internal/web"
)

func init() {
	for _, engine := range databasetest.Engines() {
		migrated := func(has, knows []web.Resource) func(*testing.T, *check.Subject) {
			return func(t *testing.T, s *check.Subject) {
				use(s, databasetest.OpenOn(t, engine, has), knows)
			}
		}
		all := sampletest.Resources()
		cases = append(cases,
			tested{"database.unreachable", func(t *testing.T, s *check.Subject) {
				db := databasetest.OpenOn(t, engine, nil)
				use(s, db, nil)
				s.Reach = func(context.Context) error { return errors.New("it is away") }
			}, migrated(all, all)},
			tested{"migrations.pending", migrated(all[:1], all), migrated(all, all)},
			tested{"migrations.ahead", migrated(all, all[:1]), migrated(all, all)},
		)
	}
}

// use makes a database the subject's.
func use(s *check.Subject, db *database.DB, resources []web.Resource) {
	s.DB, s.Reach = db.DB.DB, db.PingContext
	s.Count = func(ctx context.Context) (pending, ahead int, err error) {
		_, pending, ahead, err = db.Count(ctx, resources)
		return pending, ahead, err
	}
}

// connect makes the database that a URL names the subject's, as the service opens it.
func connect(t *testing.T, s *check.Subject, url string) {
	t.Helper()
	// One connection, which is open before the time of the checks begins: the machine may be busy.
	db, err := database.Open(database.Options{URL: url, MaxConnections: 1, StatementTimeout: 10 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	for begin := time.Now(); db.PingContext(t.Context()) != nil; {
		if time.Since(begin) > 30*time.Second {
			t.Fatal("the database cannot be reached")
		}
	}
	use(s, db, nil)
}
