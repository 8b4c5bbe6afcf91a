package audit_test

import (
	"net/http"
	"net/url"
	"testing"
	"time"

	"example.com/templatesite/internal/audit"
	"example.com/templatesite/internal/database"
	"example.com/templatesite/internal/databasetest"
	"example.com/templatesite/internal/postgrestest"
	"example.com/templatesite/internal/sampletest"
	"example.com/templatesite/internal/web"
	"example.com/templatesite/internal/webtest"
)

func TestConcurrentChangesAtStricterIsolationAreAllRecorded(t *testing.T) {
	for _, level := range []string{"repeatable read", "serializable"} {
		t.Run(level, func(t *testing.T) {
			t.Parallel()
			db := databasetest.OpenPostgres(t, schema())
			sampletest.Load(t, db)
			strict := another(t, db, "default_transaction_isolation="+url.PathEscape(level))
			(&changing{t: t, c: webtest.New(t, newAPI(strict, web.AuthenticationOff))}).run(db)
		})
	}
}

func TestLockedTrailStopsChangesWithinSeconds(t *testing.T) {
	t.Parallel()
	db := databasetest.OpenPostgres(t, schema())
	sampletest.Load(t, db)
	c := webtest.New(t, newAPI(db, web.AuthenticationOff))
	locking, err := db.Write.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = locking.Rollback() }()
	if _, err := locking.ExecContext(t.Context(), "lock table audit in access exclusive mode"); err != nil {
		t.Fatal(err)
	}
	start := time.Now()
	c.Want(http.StatusServiceUnavailable, "POST", "/book/", walden)
	if took := time.Since(start); took > 6*time.Second {
		t.Errorf("the refusal took %v", took)
	}
	c.Want(http.StatusOK, "GET", "/book/1", "")
	if err := locking.Rollback(); err != nil {
		t.Fatal(err)
	}
	wantRows(t, db, "book", 2)
	c.Want(http.StatusCreated, "POST", "/book/", walden)
	wantRows(t, db, "audit", 1)
}

func TestRoleOfTheServiceNeedsNoUpdateOfTheTrail(t *testing.T) {
	t.Parallel()
	// The role that makes the databases of tests may not be allowed to make roles.
	server := postgrestest.New(t, "fsync=off")
	owner := openURL(t, server.URL("postgres"))
	if err := owner.Migrate(t.Context(), schema(), func(database.Step) {}); err != nil {
		t.Fatal(err)
	}
	sampletest.Load(t, owner)
	change(t, owner, "create role app login")
	change(t, owner, "grant select, insert, update, delete on all tables in schema public to app")
	change(t, owner, "revoke update on audit from app")
	app := openURL(t, "postgres://app@127.0.0.1:"+server.Port+"/postgres")
	c := webtest.New(t, newAPI(app, web.AuthenticationOff))
	c.Want(http.StatusCreated, "POST", "/book/", walden)
	c.Want(http.StatusOK, "PATCH", "/book/3", `{"pages":1}`)
	wantRows(t, owner, "audit", 2)
	if _, err := app.ExecContext(t.Context(), "update audit set caller = 'other'"); err == nil {
		t.Error("the role may update the trail")
	}
	if err := audit.New(app.DB).Prune(t.Context(), time.Now().Add(time.Hour)); err != nil {
		t.Error(err)
	}
	wantRows(t, owner, "audit", 0)
}
