package audit_test

import (
	"crypto/rand"
	"net/http"
	"net/url"
	"testing"
	"time"

	"example.com/templatesite/internal/audit"
	"example.com/templatesite/internal/databasetest"
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
	db := databasetest.OpenPostgres(t, schema())
	sampletest.Load(t, db)
	role := "app_" + rand.Text()
	change(t, db, `create role "`+role+`"`)
	t.Cleanup(func() {
		drop := another(t, db, "")
		if _, err := drop.Exec(`drop owned by "` + role + `"; drop role "` + role + `"`); err != nil {
			t.Error(err)
		}
	})
	change(t, db, `grant select, insert, update, delete on all tables in schema public to "`+role+`"`)
	change(t, db, `revoke update on audit from "`+role+`"`)
	limited := another(t, db, "role="+url.QueryEscape(role))
	c := webtest.New(t, newAPI(limited, web.AuthenticationOff))
	c.Want(http.StatusCreated, "POST", "/book/", walden)
	c.Want(http.StatusOK, "PATCH", "/book/3", `{"pages":1}`)
	wantRows(t, db, "audit", 2)
	if _, err := limited.ExecContext(t.Context(), "update audit set caller = 'other'"); err == nil {
		t.Error("the role may update the trail")
	}
	if err := audit.New(limited.DB).Prune(t.Context(), time.Now().Add(time.Hour)); err != nil {
		t.Error(err)
	}
	wantRows(t, db, "audit", 0)
}
