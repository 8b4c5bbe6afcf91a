package app

import (
	"net/http"
	"testing"
)

func TestTraceHasTheNameAndTheErrorOfPostgreSQL(t *testing.T) {
	t.Parallel()
	db := filledPostgres(t)
	env, receiver := traced(t, settingsOf(t, db))
	s := startService(t, env)
	if _, err := db.Write.ExecContext(t.Context(), "alter table book rename column title to gone"); err != nil {
		t.Fatal(err)
	}
	// The schema may be that of another version.
	if got := s.Do("GET", "/book/1", ""); got.Status != http.StatusServiceUnavailable {
		t.Errorf("%d %s", got.Status, got.Body)
	}
	statement := receiver.Wait(t, named("book.get"))
	if name, kind := statement.Attributes["db.system.name"], statement.Attributes["error.type"]; name != "postgresql" || kind != "unavailable" {
		t.Errorf("the statement is %+v", statement)
	}
	if code := statement.Attributes["db.response.status_code"]; code != "42703" {
		t.Errorf("the code of the database is %v", code)
	}
}
