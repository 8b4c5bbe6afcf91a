package audit_test

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/go-cmp/cmp"

	"example.com/templatesite/internal/audit"
	"example.com/templatesite/internal/database"
	"example.com/templatesite/internal/databasetest"
	"example.com/templatesite/internal/idempotency" // feature: idempotency
	"example.com/templatesite/internal/sampletest"
	"example.com/templatesite/internal/web"
	"example.com/templatesite/internal/webtest"
)

const (
	walden = `{"shelf":1,"title":"Walden","pages":352}`
	secret = "S3cretPart"
	bearer = "Authorization: Bearer " + secret
)

func schema() []web.Resource {
	all := append(sampletest.Resources(), audit.Table())
	all = append(all, idempotency.Table()) // feature: idempotency
	return all
}

// each runs test on every engine, on a database with the fixtures: a shelf with two books.
func each(t *testing.T, test func(t *testing.T, c *webtest.Client, db *database.DB)) {
	t.Helper()
	databasetest.Each(t, schema(), func(t *testing.T, db *database.DB) {
		sampletest.Load(t, db)
		test(t, webtest.New(t, newAPI(db, web.AuthenticationOff)), db)
	})
}

// newAPI returns the service with a trail. It knows one caller, by the secret.
func newAPI(db *database.DB, mode web.Authentication) *web.API {
	ci := &web.Caller{ID: "token:7", Name: "ci", Owner: "alice", Scopes: []string{"read", "write"}}
	api := web.NewAPI(web.Options{
		Title: "test", Version: "test", MaxBodyBytes: 1 << 20, Classify: database.Classifier(sampletest.Resources()),
		Audit: audit.New(db.DB).Change,
		Once:  idempotency.New(db.DB).Once, // feature: idempotency

		Authentication: mode,
		Identify:       []web.Identify{func(context.Context, string) (*web.Caller, error) { return ci, nil }},
	})
	limited := api.WithLimit(16)
	for _, resource := range sampletest.Resources() {
		resource.Routes(limited.For(resource.Name), db.DB)
	}
	return api
}

// entries returns what the trail has, without the times, after checking these.
func entries(t *testing.T, db *database.DB) []audit.Entry {
	t.Helper()
	all, err := audit.New(db.DB).List(t.Context(), audit.Filter{}, 100_000)
	if err != nil {
		t.Fatal(err)
	}
	for i := range all {
		if age := time.Since(all[i].Time); age < -time.Second || age > time.Minute {
			t.Errorf("an entry is of %v", all[i].Time)
		}
		all[i].ID, all[i].Time = 0, time.Time{}
	}
	return all
}

// wantEntries fails the test unless the trail has entries of nobody with these texts: operation,
// resource, row and request id.
func wantEntries(t *testing.T, db *database.DB, want ...string) {
	t.Helper()
	got := []string{}
	for _, e := range entries(t, db) {
		got = append(got, strings.Join([]string{e.Operation, e.Resource, e.Row, e.RequestID}, " "))
		if e.Client != "192.0.2.1" || e.Caller+e.Name+e.Owner != "" {
			t.Errorf("the entry is %+v", e)
		}
	}
	if diff := cmp.Diff(append([]string{}, want...), got); diff != "" {
		t.Errorf("the trail differs:\n%s", diff)
	}
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

func TestEachChangeIsRecordedOnce(t *testing.T) {
	each(t, func(t *testing.T, c *webtest.Client, db *database.DB) {
		id := func(id string) string { return "X-Request-ID: " + id }
		c.Want(http.StatusCreated, "POST", "/book/", walden, id("a"))
		c.Want(http.StatusCreated, "POST", "/shelf/1/book/", `{"title":"Emma","pages":474}`, id("b"))
		c.Want(http.StatusOK, "PUT", "/book/3", walden, id("c"))
		c.Want(http.StatusOK, "PATCH", "/book/4", `{"pages":1}`, id("d"))
		c.Want(http.StatusOK, "PATCH", "/book/4", `{}`, id("e")) // a new version
		c.Want(http.StatusNoContent, "DELETE", "/book/1", "", id("f"))
		c.Want(http.StatusCreated, "POST", "/shelf/", `{"name":"new","room":"new"}`, id("g"))
		wantEntries(t, db, "create book 3 a", "create book 4 b", "update book 3 c", "update book 4 d", "update book 4 e", "delete book 1 f", "create shelf 2 g")
	})
}

func TestNothingElseIsRecorded(t *testing.T) {
	each(t, func(t *testing.T, c *webtest.Client, db *database.DB) {
		c.Want(http.StatusOK, "GET", "/book/1", "")
		c.Want(http.StatusOK, "HEAD", "/book/1", "")
		c.Want(http.StatusOK, "OPTIONS", "/book/1", "")
		c.Want(http.StatusUnprocessableEntity, "POST", "/book/", `{}`)
		c.Want(http.StatusUnprocessableEntity, "POST", "/book/", webtest.With(t, walden, "shelf", 7))
		c.Want(http.StatusNotFound, "DELETE", "/book/7", "")
		c.Want(http.StatusPreconditionFailed, "PUT", "/book/1", walden, `If-Match: "x"`)
		c.Want(http.StatusMethodNotAllowed, "PUT", "/book/", walden)
		wantEntries(t, db)
		wantRows(t, db, "book", 2)
	})
}

func TestCallerIsRecordedAndNoSecret(t *testing.T) {
	databasetest.Each(t, schema(), func(t *testing.T, db *database.DB) {
		sampletest.Load(t, db)
		c := webtest.New(t, newAPI(db, web.AuthenticationWrite))
		c.Want(http.StatusUnauthorized, "DELETE", "/book/1", "")
		c.Want(http.StatusCreated, "POST", "/book/", webtest.With(t, walden, "title", secret), bearer, "X-Request-ID: a", "X-Forwarded-For: "+secret)
		c.Want(http.StatusOK, "PATCH", "/book/3", `{"note":"`+secret+`"}`, bearer, "X-Request-ID: b", `If-None-Match: "`+secret+`"`)
		who := audit.Entry{Caller: "token:7", Name: "ci", Owner: "alice", Resource: "book", Row: "3"}
		created, updated := who, who
		created.Operation, created.RequestID = "create", "a"
		updated.Operation, updated.RequestID = "update", "b"
		if diff := cmp.Diff([]audit.Entry{created, updated}, entries(t, db)); diff != "" {
			t.Errorf("the trail differs:\n%s", diff) // it has no field that would have the secret
		}
	})
}

// feature: idempotency
func TestAnswerThatIsGivenAgainIsNotRecorded(t *testing.T) {
	each(t, func(t *testing.T, c *webtest.Client, db *database.DB) {
		key := "Idempotency-Key: x"
		c.Want(http.StatusUnprocessableEntity, "POST", "/book/", `{}`, key)
		c.Want(http.StatusCreated, "POST", "/book/", walden, key, "X-Request-ID: first")
		if again := c.Want(http.StatusCreated, "POST", "/book/", walden, key); again.Header.Get("Idempotency-Replayed") == "" {
			t.Error("it was carried out again")
		}
		wantEntries(t, db, "create book 3 first")
	})
}

// visiting is a POST that creates nothing. It makes shelves in transactions of their own: the second
// fails, which the handler expects. Then it ends as the body says.
type visiting struct{ db web.DB }

type visitingInput struct {
	web.IDInput
	Body struct {
		Then string `json:"then" enum:"succeed,fail,panic" doc:"What happens at last." example:"fail"`
	}
}

func (v visiting) serve(ctx context.Context, in *visitingInput) (*struct{}, error) {
	for id := range 2 {
		err := v.db.Tx(ctx, func(tx web.Querier) error {
			_, err := tx.ExecContext(ctx, "insert into shelf (id, name, room, version) values (7, 'new', 'new', 1)")
			return err
		})
		if (err == nil) != (id == 0) {
			return nil, fmt.Errorf("shelf %d: %w", id, err)
		}
	}
	switch in.Body.Then {
	case "fail":
		return nil, web.ErrNotFound
	case "panic":
		panic("at last")
	}
	_, write := v.db.Queriers()
	_, err := write.ExecContext(ctx, "update book set shelf = 7 where id = 1")
	return nil, err
}

func TestHandlerIsUndoneWithItsEntry(t *testing.T) {
	each(t, func(t *testing.T, _ *webtest.Client, db *database.DB) {
		api := newAPI(db, web.AuthenticationOff)
		web.Register(api.For("book"), huma.Operation{OperationID: "visit-book", Method: http.MethodPost, Path: "/book/{id}/visit", DefaultStatus: http.StatusNoContent}, visiting{db.DB}.serve)
		c := webtest.New(t, api)
		c.Want(http.StatusNotFound, "POST", "/book/1/visit", `{"then":"fail"}`)
		c.Want(http.StatusInternalServerError, "POST", "/book/1/visit", `{"then":"panic"}`)
		wantRows(t, db, "shelf", 1)
		wantEntries(t, db)
		c.Want(http.StatusNoContent, "POST", "/book/1/visit", `{"then":"succeed"}`, "X-Request-ID: a")
		wantRows(t, db, "shelf", 2)
		wantEntries(t, db, "visit-book book 1 a")
	})
}

func TestChangeThatCannotBeRecordedIsNotMade(t *testing.T) {
	for name, sql := range map[string]string{
		"dropped": "drop table audit", "of another version": "alter table audit rename column row_id to other",
	} {
		t.Run(name, func(t *testing.T) {
			each(t, func(t *testing.T, c *webtest.Client, db *database.DB) {
				before := c.Want(http.StatusOK, "GET", "/book/1", "")
				change(t, db, sql)
				start := time.Now()
				for _, answer := range []webtest.Response{
					c.Do("POST", "/book/", walden),
					c.Do("POST", "/book/", walden, "Idempotency-Key: x"), // feature: idempotency
					c.Do("PUT", "/book/1", walden), c.Do("PATCH", "/book/1", `{"pages":1}`), c.Do("DELETE", "/book/1", ""),
				} {
					if answer.Status != http.StatusServiceUnavailable || answer.Header.Get("Retry-After") == "" || strings.Contains(answer.Body, "audit") {
						t.Errorf("%d %v %s", answer.Status, answer.Header, answer.Body)
					}
				}
				if took := time.Since(start); took > 5*time.Second {
					t.Errorf("it took %v", took)
				}
				wantRows(t, db, "book", 2)
				if after := c.Want(http.StatusOK, "GET", "/book/1", ""); after.Body != before.Body {
					t.Errorf("it was changed: %s", after.Body)
				}
			})
		})
	}
}

func TestOldEntriesArePruned(t *testing.T) {
	each(t, func(t *testing.T, c *webtest.Client, db *database.DB) {
		c.Want(http.StatusCreated, "POST", "/book/", walden)
		limit := time.Now().AddDate(0, 0, -30)
		for _, age := range []time.Duration{-time.Second, time.Second} {
			at := limit.Add(age)
			// More than are deleted at a time.
			change(t, db, `with recursive n (i) as (select 1 union all select i + 1 from n where i < 2500)
				insert into audit (created, caller, caller_name, caller_owner, client, operation, resource, row_id, request_id)
				select $1, caller, caller_name, caller_owner, client, operation, resource, row_id, request_id from audit, n where audit.id = 1`, web.Timestamp(&at))
		}
		wantRows(t, db, "audit", 5001)
		if err := audit.New(db.DB).Prune(t.Context(), limit); err != nil {
			t.Fatal(err)
		}
		wantRows(t, db, "audit", 2501)
	})
}

func TestListSelectsTheLatest(t *testing.T) {
	each(t, func(t *testing.T, c *webtest.Client, db *database.DB) {
		for range 3 {
			c.Want(http.StatusCreated, "POST", "/book/", walden)
		}
		c.Want(http.StatusNoContent, "DELETE", "/book/3", "")
		old := time.Now().AddDate(0, 0, -2)
		change(t, db, "update audit set created = $1, caller = 'token:1', caller_name = 'ci', caller_owner = 'alice' where id = 1", web.Timestamp(&old))
		for want, tt := range map[string]struct {
			audit.Filter
			limit int
		}{
			"[1 2 3 4]": {audit.Filter{}, 100}, "[3 4]": {audit.Filter{}, 2}, "[1 2]": {audit.Filter{Before: 3}, 2}, "[2 3 4]": {audit.Filter{Since: time.Now().Add(-time.Hour)}, 100},
			"[1]": {audit.Filter{Caller: "alice"}, 100}, "[1 4]": {audit.Filter{Row: "3", Resource: "book"}, 100}, "[]": {audit.Filter{Resource: "shelf"}, 100},
		} {
			found, err := audit.New(db.DB).List(t.Context(), tt.Filter, tt.limit)
			ids := []int64{}
			for _, e := range found {
				ids = append(ids, e.ID)
			}
			if fmt.Sprint(ids) != want || err != nil {
				t.Errorf("%+v: %v, %v, want %s", tt, ids, err, want)
			}
		}
		for _, by := range []string{"token:1", "ci", "alice"} {
			if found, err := audit.New(db.DB).List(t.Context(), audit.Filter{Caller: by}, 100); len(found) != 1 || err != nil {
				t.Errorf("%s: %v, %v", by, found, err)
			}
		}
	})
}

// another opens the database once more, with parameters of the URL if there are any.
func another(t *testing.T, db *database.DB, parameters string) *database.DB {
	t.Helper()
	target := databasetest.URL(t, db)
	if parameters != "" {
		parsed, err := url.Parse(target)
		if err != nil {
			t.Fatal(err)
		}
		parsed.RawQuery += "&" + parameters
		target = parsed.String()
	}
	return openURL(t, target)
}

// openURL returns a pool on the database of a URL.
func openURL(t *testing.T, url string) *database.DB {
	t.Helper()
	db, err := database.Open(database.Options{URL: url, MaxConnections: 4})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}
