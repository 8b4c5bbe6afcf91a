package app

import (
	"net/http"
	"strings"
	"testing"

	"example.com/templatesite/internal/database"
)

const idempotencyKey = "Idempotency-Key: 8e03978e-40d5-43e8-bc93-6894a57f9324"

// keyedService is the service under test with keys.
func keyedService() Service {
	service := testService
	service.IdempotencyKeys = true
	return service
}

// onEachKeyed runs test on every engine, with the settings of a database that has the fixtures
// and the table of the keys.
func onEachKeyed(t *testing.T, test func(t *testing.T, env map[string]string, db *database.DB)) {
	t.Helper()
	onEachFilled(t, func(t *testing.T, env map[string]string, db *database.DB) {
		status, stdout, stderr := commandOf(t, keyedService(), env, "", "migrate")
		if status != 0 || !strings.HasPrefix(stdout, "applied idempotency_key/") || strings.Count(stdout, "\n") != 1 {
			t.Fatalf("app migrate = %d: %s%s", status, stdout, stderr)
		}
		test(t, env, db)
	})
}

func TestAnswerIsGivenAgainAfterARestart(t *testing.T) {
	onEachKeyed(t, func(t *testing.T, env map[string]string, _ *database.DB) {
		s := startServiceOf(t, keyedService(), env)
		host := "Host: localhost" // each start has another port, which is part of the link
		first := s.Want(http.StatusCreated, "POST", "/book/", validBook, host, idempotencyKey)
		s.exit()
		s = startServiceOf(t, keyedService(), env)
		again := s.Want(http.StatusCreated, "POST", "/book/", validBook, host, idempotencyKey)
		if again.Body != first.Body || again.Header.Get("Idempotency-Replayed") != "true" {
			t.Errorf("%v %s, want %s", again.Header, again.Body, first.Body)
		}
		if got := s.Do("GET", "/healthcheck", ""); got.Body != `{"status":"ok","db":{"status":"ok"}}`+"\n" {
			t.Errorf("/healthcheck = %d %s", got.Status, got.Body)
		}
	})
}

func TestTableOfTheKeysIsNoResource(t *testing.T) {
	onEachKeyed(t, func(t *testing.T, env map[string]string, db *database.DB) {
		s := startServiceOf(t, keyedService(), env)
		s.Want(http.StatusCreated, "POST", "/book/", validBook, idempotencyKey)
		rows, err := db.Rows(t.Context(), "idempotency_key")
		if rows != 1 || err != nil {
			t.Errorf("%d keys, %v, want 1", rows, err)
		}
		if index := s.Do("GET", "/", "").Body; strings.Contains(index, "idempotency") {
			t.Errorf("the index is %s", index)
		}
		metrics := s.Do("GET", s.admin+"/metrics", "").Body                                                // feature: metrics
		if strings.Contains(metrics, `model="idempotency`) || !strings.Contains(metrics, `model="book"`) { // feature: metrics
			t.Error("the metrics count the keys as a model, or do not count the books")
		}
		if page := s.Do("GET", "/book/", "", "Accept: text/html").Body; strings.Contains(page, "dempotency-") { // feature: pages
			t.Error("the page of the books shows the header")
		}
		status, dump, stderr := commandOf(t, keyedService(), env, "", "dumpdata")
		if status != 0 || strings.Contains(dump, "idempotency") || strings.Contains(dump, "8e03978e") {
			t.Errorf("app dumpdata = %d: %s%s", status, dump, stderr)
		}
		if status, _, stderr := commandOf(t, keyedService(), env, dump, "loaddata", "-"); status != 0 {
			t.Errorf("app loaddata = %d: %s", status, stderr)
		}
		if status, _, _ := commandOf(t, keyedService(), env, "", "dumpdata", "idempotency_key"); status == 0 {
			t.Error("app dumpdata idempotency_key succeeds")
		}
	})
}

func TestFormWithAKeyIsSentOnce(t *testing.T) { // feature: pages
	onEachKeyed(t, func(t *testing.T, env map[string]string, db *database.DB) {
		s := startServiceOf(t, keyedService(), env)
		for range 2 {
			s.Want(http.StatusSeeOther, "POST", "/book/", validForm, formType, "Accept: text/html", idempotencyKey)
		}
		if rows, err := db.Rows(t.Context(), "book"); rows != 3 || err != nil {
			t.Errorf("%d books, %v, want 3", rows, err)
		}
	})
}

func TestServiceWithoutKeysDoesNotNeedTheirTable(t *testing.T) {
	onEachKeyed(t, func(t *testing.T, env map[string]string, _ *database.DB) {
		status, stdout, stderr := commandOf(t, keyedService(), env, "", "migrate", "--to", "20260104090000")
		if status == 0 || !strings.Contains(stderr, "rows in the table idempotency_key: 0") {
			t.Errorf("app migrate --to without --yes = %d: %s%s", status, stdout, stderr)
		}
		status, stdout, stderr = commandOf(t, keyedService(), env, "", "migrate", "--to", "20260104090000", "--yes")
		if status != 0 || !strings.HasPrefix(stdout, "undone idempotency_key/") {
			t.Errorf("app migrate --to = %d: %s%s", status, stdout, stderr)
		}
		s := startService(t, env)
		for range 2 {
			s.Want(http.StatusCreated, "POST", "/book/", validBook, idempotencyKey)
		}
		if got := s.Do("GET", "/healthcheck", ""); got.Status != http.StatusOK {
			t.Errorf("/healthcheck = %d %s", got.Status, got.Body)
		}
	})
}
