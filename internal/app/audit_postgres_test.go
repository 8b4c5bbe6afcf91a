package app

import (
	"net/http"
	"testing"

	"example.com/templatesite/internal/databasetest"
)

func TestRecordedChangesSucceedOnceTheDatabaseIsWritableAgain(t *testing.T) {
	t.Parallel()
	url := databasetest.URL(t, filledPostgres(t))
	env := map[string]string{"DATABASE_URL": url}
	if status, _, stderr := commandOf(t, auditedService(), env, "", "migrate"); status != 0 {
		t.Fatal(stderr)
	}
	setOnDatabase(t, url, "default_transaction_read_only = on")
	s := startServiceOf(t, auditedService(), env)
	s.Want(http.StatusServiceUnavailable, "POST", "/book/", validBook)
	setOnDatabase(t, url+"&default_transaction_read_only=off", "default_transaction_read_only = off")
	s.Want(http.StatusCreated, "POST", "/book/", validBook) // though the pool has sessions from before
}
