package token_test

import (
	"net/http"
	"testing"
	"time"

	"example.com/templatesite/internal/databasetest"
	"example.com/templatesite/internal/sampletest"
	"example.com/templatesite/internal/token"
)

func TestLockedTableLetsNobodyThrough(t *testing.T) {
	t.Parallel()
	db := databasetest.OpenPostgres(t, append(sampletest.Resources(), token.Table()))
	sampletest.Load(t, db)
	header := create(t, db, "ci", "read")
	locking, err := db.Write.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = locking.Rollback() }()
	if _, err := locking.ExecContext(t.Context(), "lock table api_token in access exclusive mode"); err != nil {
		t.Fatal(err)
	}
	c, start := replica(t, db), time.Now()
	c.Want(http.StatusServiceUnavailable, "GET", "/book/1", "", header)
	if took := time.Since(start); took > 8*time.Second {
		t.Errorf("the refusal took %v", took)
	}
	if err := locking.Rollback(); err != nil {
		t.Fatal(err)
	}
	c.Want(http.StatusOK, "GET", "/book/1", "", header)
}
