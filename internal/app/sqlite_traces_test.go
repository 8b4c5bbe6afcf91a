// feature: traces

package app

import (
	"net/http"
	"testing"
)

func TestTraceHasTheNameAndTheErrorOfSQLite(t *testing.T) {
	t.Parallel()
	db := filledSQLite(t)
	env, receiver := traced(t, settingsOf(t, db))
	s := startService(t, env)
	if _, err := db.Write.ExecContext(t.Context(), "alter table book rename column title to gone"); err != nil {
		t.Fatal(err)
	}
	if got := s.Do("GET", "/book/1", ""); got.Status != http.StatusInternalServerError {
		t.Errorf("%d %s", got.Status, got.Body)
	}
	statement := receiver.Wait(t, named("book.get"))
	if name, kind := statement.Attributes["db.system.name"], statement.Attributes["error.type"]; name != "sqlite" || kind != "other" {
		t.Errorf("the statement is %+v", statement)
	}
}
