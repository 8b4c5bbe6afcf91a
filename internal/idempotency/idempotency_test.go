package idempotency_test

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"example.com/templatesite/internal/database"
	"example.com/templatesite/internal/databasetest"
	"example.com/templatesite/internal/idempotency"
	"example.com/templatesite/internal/sampletest"
	"example.com/templatesite/internal/web"
	"example.com/templatesite/internal/webtest"
)

const (
	walden = `{"shelf":1,"title":"Walden","pages":352}`
	emma   = `{"shelf":1,"title":"Emma","pages":474}`
	key    = "Idempotency-Key: 8e03978e-40d5-43e8-bc93-6894a57f9324"
)

// each runs test on every engine, on a database with the fixtures: a shelf with two books.
func each(t *testing.T, test func(t *testing.T, c *webtest.Client, db *database.DB)) {
	t.Helper()
	databasetest.Each(t, append(sampletest.Resources(), idempotency.Table()), func(t *testing.T, db *database.DB) {
		sampletest.Load(t, db)
		test(t, replica(t, db), db)
	})
}

// replica returns a client of another process of the service.
func replica(t *testing.T, db *database.DB) *webtest.Client {
	t.Helper()
	api := newAPI(db)
	api.Documents()
	return webtest.New(t, api)
}

func newAPI(db *database.DB) *web.API {
	api := web.NewAPI(web.Options{
		Title: "test", Version: "test", MaxBodyBytes: 1 << 20, Classify: database.Classifier(sampletest.Resources()),
		Once: idempotency.New(db.DB).Once,
	})
	for _, resource := range sampletest.Resources() {
		resource.Routes(api, db.DB)
	}
	return api
}

func wantRows(t *testing.T, db *database.DB, table string, want int64) {
	t.Helper()
	if got, err := db.Rows(t.Context(), table); got != want || err != nil {
		t.Errorf("%d rows in the table %s, %v, want %d", got, table, err, want)
	}
}

func change(t *testing.T, db *database.DB, sql string, args ...any) {
	t.Helper()
	if _, err := db.Write.ExecContext(t.Context(), sql, args...); err != nil {
		t.Fatal(err)
	}
}

// wantReplay fails the test unless again is first, given again.
func wantReplay(t *testing.T, first, again webtest.Response) {
	t.Helper()
	if again.Header.Get("Idempotency-Replayed") != "true" {
		t.Errorf("it was not given before: %d %s", again.Status, again.Body)
	}
	same := func(r webtest.Response) []string {
		return []string{fmt.Sprint(r.Status), r.Header.Get("Location"), r.Header.Get("ETag"), r.Header.Get("Content-Type"), r.Body}
	}
	if diff := cmp.Diff(same(first), same(again)); diff != "" {
		t.Errorf("the answer differs:\n%s", diff)
	}
}

// wantRefused fails the test unless the response is a 422 about the header.
func wantRefused(t *testing.T, answer webtest.Response) {
	t.Helper()
	if problem := webtest.JSON[web.Problem](t, answer); answer.Status != http.StatusUnprocessableEntity ||
		len(problem.Errors) != 1 || problem.Errors[0].Location != "header.Idempotency-Key" {
		t.Errorf("%d %s, want a 422 that names the header", answer.Status, answer.Body)
	}
}

func TestSameRequestGetsTheFirstAnswerAgain(t *testing.T) {
	each(t, func(t *testing.T, c *webtest.Client, db *database.DB) {
		first := c.Want(http.StatusCreated, "POST", "/book/", walden, key)
		if first.Header.Get("Idempotency-Replayed") != "" || first.Header.Get("Location") == "" || first.Header.Get("ETag") == "" {
			t.Errorf("the first answer has the headers %v", first.Header)
		}
		wantReplay(t, first, c.Do("POST", "/book/", walden, key))
		wantReplay(t, first, c.Do("POST", "/book/", ` { "pages": 352, "title": "Wal\u0064en", "shelf": 1 } `, key))
		wantReplay(t, first, c.Do("POST", "/book/", walden, `Idempotency-Key: "8e03978e-40d5-43e8-bc93-6894a57f9324"`))
		wantRows(t, db, "book", 3)
	})
}

func TestAnotherReplicaAndALaterProcessGiveTheSameAnswer(t *testing.T) {
	each(t, func(t *testing.T, c *webtest.Client, db *database.DB) {
		first := c.Want(http.StatusCreated, "POST", "/book/", walden, key)
		other, err := database.Open(database.Options{URL: databasetest.URL(t, db), MaxConnections: 2})
		if err != nil {
			t.Fatal(err)
		}
		defer other.Close()
		wantReplay(t, first, replica(t, other).Do("POST", "/book/", walden, key))
	})
}

func TestKeyOfAnotherRequestIsRefused(t *testing.T) {
	each(t, func(t *testing.T, c *webtest.Client, db *database.DB) {
		c.Want(http.StatusCreated, "POST", "/book/", walden, key)
		wantRefused(t, c.Do("POST", "/book/", emma, key))
		wantRefused(t, c.Do("POST", "/shelf/1/book/", `{"title":"Walden","pages":352}`, key))
		wantRefused(t, c.Do("POST", "/shelf/", `{"name":"Walden","room":"352"}`, key))
		wantRows(t, db, "book", 3)
		wantRows(t, db, "shelf", 1)
	})
}

func TestConcurrentRequestsWithOneKeyCreateOneRow(t *testing.T) {
	each(t, func(t *testing.T, c *webtest.Client, db *database.DB) {
		var clients sync.WaitGroup
		answers := make([]webtest.Response, 32)
		for i := range answers {
			clients.Go(func() { answers[i] = c.Do("POST", "/book/", walden, key) })
		}
		clients.Wait()
		bodies, replayed := map[string]bool{}, 0
		for _, answer := range answers {
			if answer.Status != http.StatusCreated {
				t.Errorf("%d %s", answer.Status, answer.Body)
			}
			bodies[answer.Body+answer.Header.Get("ETag")+answer.Header.Get("Location")] = true
			if answer.Header.Get("Idempotency-Replayed") != "" {
				replayed++
			}
		}
		if len(bodies) != 1 || replayed != len(answers)-1 {
			t.Errorf("%d different answers, %d given again", len(bodies), replayed)
		}
		wantRows(t, db, "book", 3)
	})
}

func TestErrorIsNotRemembered(t *testing.T) {
	each(t, func(t *testing.T, c *webtest.Client, db *database.DB) {
		shelf2 := strings.Replace(walden, `"shelf":1`, `"shelf":2`, 1)
		c.Want(http.StatusUnprocessableEntity, "POST", "/book/", shelf2, key)
		wantRows(t, db, "idempotency_key", 0)
		change(t, db, "insert into shelf (id, name, room, version) values (2, 'new', 'new', 1)")
		first := c.Want(http.StatusCreated, "POST", "/book/", shelf2, key)
		wantReplay(t, first, c.Do("POST", "/book/", shelf2, key))
		wantRows(t, db, "book", 3)
	})
}

func TestRowIsNotKeptWhenItsAnswerCannotBe(t *testing.T) {
	each(t, func(t *testing.T, c *webtest.Client, db *database.DB) {
		change(t, db, "alter table idempotency_key add constraint no_answer check (answer is null)")
		if answer := c.Do("POST", "/book/", walden, key); answer.Status < 400 {
			t.Errorf("%d %s", answer.Status, answer.Body)
		}
		wantRows(t, db, "book", 2)
		wantRows(t, db, "idempotency_key", 0)
	})
}

func TestRequestWithoutKeyLeavesNoTrace(t *testing.T) {
	each(t, func(t *testing.T, c *webtest.Client, db *database.DB) {
		for range 2 {
			c.Want(http.StatusCreated, "POST", "/book/", walden)
		}
		c.Want(http.StatusOK, "GET", "/book/1", "", key)
		c.Want(http.StatusOK, "PATCH", "/book/1", `{"pages":3}`, key)
		wantRows(t, db, "book", 4)
		wantRows(t, db, "idempotency_key", 0)
	})
}

func TestKeyIsIgnoredWhenItIsSwitchedOff(t *testing.T) {
	sampletest.Each(t, func(t *testing.T, c *webtest.Client, db *database.DB) {
		for range 2 {
			c.Want(http.StatusCreated, "POST", "/book/", walden, key)
		}
		c.Want(http.StatusCreated, "POST", "/book/", walden, "Idempotency-Key: ")
		wantRows(t, db, "book", 5)
		if description := c.Want(http.StatusOK, "GET", "/openapi.json", "").Body; strings.Contains(description, "Idempotency") {
			t.Error("the header is described")
		}
	})
}

func TestExpiredKeyCountsAsNewAndIsDeleted(t *testing.T) {
	each(t, func(t *testing.T, c *webtest.Client, db *database.DB) {
		old := time.Now().Add(-24*time.Hour - time.Second)
		first := c.Want(http.StatusCreated, "POST", "/book/", walden, key)
		change(t, db, "update idempotency_key set created = $1", web.Timestamp(&old))
		second := c.Want(http.StatusCreated, "POST", "/book/", emma, key)
		if first.Body == second.Body || second.Header.Get("Idempotency-Replayed") != "" {
			t.Errorf("the answer is %s, as before", second.Body)
		}
		wantReplay(t, second, c.Do("POST", "/book/", emma, key))

		change(t, db, "update idempotency_key set created = $1", web.Timestamp(&old))
		// More than are deleted at a time.
		change(t, db, `with recursive n (i) as (select 1 union all select i + 1 from n where i < 1100)
			insert into idempotency_key select 'copy ' || i, fingerprint, answer, created from idempotency_key, n`)
		c.Want(http.StatusCreated, "POST", "/book/", walden, key+"2")
		wantRows(t, db, "idempotency_key", 1102) // this process looked less than a minute ago
		// A slow sweep leaves the rest to that of the next process; each of them adds a key.
		fresh, rows := int64(1), int64(0)
		for fresh < 10 && rows != fresh {
			fresh++
			replica(t, db).Want(http.StatusCreated, "POST", "/book/", walden, fmt.Sprint(key, fresh+1))
			var err error
			if rows, err = db.Rows(t.Context(), "idempotency_key"); err != nil {
				t.Fatal(err)
			}
		}
		wantRows(t, db, "idempotency_key", fresh)
	})
}
