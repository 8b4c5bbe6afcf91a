package audit_test

import (
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"

	"example.com/templatesite/internal/database"
	"example.com/templatesite/internal/web"
	"example.com/templatesite/internal/webtest"
)

const (
	clients = 32
	rounds  = 8
)

// changing counts the changes of clients that all change the same row.
type changing struct {
	t       *testing.T
	c       *webtest.Client
	changed atomic.Int64 // successful requests
	pages   atomic.Int64 // those that have added a page
}

// do sends a change. It may be refused, since the row has changed or the service is busy.
func (c *changing) do(method, target, body string, headers ...string) (ok bool) {
	answer := c.c.Do(method, target, body, headers...)
	switch answer.Status {
	case http.StatusOK, http.StatusCreated, http.StatusNoContent:
		c.changed.Add(1)
		return true
	case http.StatusPreconditionFailed, http.StatusServiceUnavailable:
	default:
		c.t.Errorf("%s %s = %d %s", method, target, answer.Status, answer.Body)
	}
	return false
}

// addPage reads the row and changes it if it is still the same.
func (c *changing) addPage() {
	read := c.c.Want(http.StatusOK, "GET", "/book/1", "")
	pages := webtest.JSON[struct{ Pages int64 }](c.t, read).Pages
	if c.do("PATCH", "/book/1", fmt.Sprintf(`{"pages":%d}`, pages+1), "If-Match: "+read.Header.Get("ETag")) {
		c.pages.Add(1)
	}
}

// run lets all clients change the row, and checks the row and the trail.
func (c *changing) run(db *database.DB) {
	type row struct{ pages, version int64 }
	read := func() (r row) {
		if err := db.QueryRowContext(c.t.Context(), "select pages, version from book where id = 1").Scan(&r.pages, &r.version); err != nil {
			c.t.Fatal(err)
		}
		return r
	}
	before := read()
	var all sync.WaitGroup
	for client := range clients {
		all.Go(func() {
			for n := range rounds {
				c.do("PATCH", "/book/1", fmt.Sprintf(`{"note":"%d %d"}`, client, n))
				c.addPage()
			}
		})
	}
	all.Wait()
	after, changed := read(), c.changed.Load()
	entries, err := db.Rows(c.t.Context(), "audit")
	if err != nil || entries != changed || after.version-before.version != changed || after.pages-before.pages != c.pages.Load() {
		c.t.Errorf("after %d changes, %d of the pages: %d entries, %v, %d versions, %d pages more",
			changed, c.pages.Load(), entries, err, after.version-before.version, after.pages-before.pages)
	}
	if c.pages.Load() == 0 || changed < clients*rounds/4 {
		c.t.Errorf("%d changes, %d of the pages", changed, c.pages.Load())
	}
}

func TestConcurrentChangesOfARowAreAllRecorded(t *testing.T) {
	each(t, func(t *testing.T, c *webtest.Client, db *database.DB) {
		(&changing{t: t, c: c}).run(db)
	})
}

// All want the same code, and the same row to delete: one of them gets it.
func TestConcurrentConflictsAreRecordedOnce(t *testing.T) {
	each(t, func(t *testing.T, c *webtest.Client, db *database.DB) {
		var created, deleted atomic.Int64
		var all sync.WaitGroup
		for range clients {
			all.Go(func() {
				for _, answer := range []webtest.Response{c.Do("POST", "/book/", webtest.With(t, walden, "code", "C")), c.Do("DELETE", "/book/1", "")} {
					switch answer.Status {
					case http.StatusCreated:
						created.Add(1)
					case http.StatusNoContent:
						deleted.Add(1)
					case http.StatusConflict, http.StatusNotFound, http.StatusServiceUnavailable:
					default:
						t.Errorf("%d %s", answer.Status, answer.Body)
					}
				}
			})
		}
		all.Wait()
		if created.Load() != 1 || deleted.Load() != 1 {
			t.Errorf("%d created, %d deleted", created.Load(), deleted.Load())
		}
		wantRows(t, db, "audit", 2)
		wantRows(t, db, "book", 2)
	})
}

// Several processes share a database.
func TestChangesThroughTwoPoolsAreAllRecorded(t *testing.T) {
	each(t, func(t *testing.T, c *webtest.Client, db *database.DB) {
		other := another(t, db, "")
		a, b := &changing{t: t, c: c}, &changing{t: t, c: webtest.New(t, newAPI(other, web.AuthenticationOff))}
		var both sync.WaitGroup
		for _, one := range []*changing{a, b} {
			both.Go(func() {
				for n := range 3 * rounds {
					one.do("PATCH", "/book/1", fmt.Sprintf(`{"note":"%d"}`, n))
					one.do("POST", "/book/", walden)
					one.addPage()
				}
			})
		}
		both.Wait()
		wantRows(t, db, "audit", a.changed.Load()+b.changed.Load())
		if changed := a.changed.Load() + b.changed.Load(); changed < 4*rounds {
			t.Errorf("%d changes", changed)
		}
	})
}
