package book_test

import (
	"fmt"
	"maps"
	"net/http"
	"path"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"example.com/templatesite/cmd/project/testdata/golden/book"
	"example.com/templatesite/cmd/project/testdata/golden/shelf"
	"example.com/templatesite/internal/database"
	"example.com/templatesite/internal/databasetest"
	"example.com/templatesite/internal/fixturetest"
	"example.com/templatesite/internal/web"
	"example.com/templatesite/internal/webtest"
)

// parents are the resources that books refer to.
var parents = []web.Resource{shelf.Resource()}

var resources = append(slices.Clone(parents), book.Resource())

// body is a valid body with every field that a client may set.
const body = `{"shelf":1,"serial":"Hello, world","number":3,"mail":"ada@example.org","bought":"2017-07-30","amount":"3.005","copy":"0b8f3f0e-3c1d-4a5e-9c62-5d2f1a7e4b01","key":"0b8f3f0e-3c1d-4a5e-9c62-5d2f1a7e4b01","tag":"0b8f3f0e-3c1d-4a5e-9c62-5d2f1a7e4b01","currency":"Hel","seen":"2017-07-30T15:22:42Z","title":"Hello, world","price":"3.05","rate":"3.005","day":"2017-07-30","until":"2017-07-30","body":"Hello, world","note":"Hello, world","code":"Hello, world","pages":3,"year":1900,"zip":"Hello","score":3,"rank":3,"done":true,"listed":true,"sold":true,"lent":true,"state":"closed","size":"s","due":"2017-07-30T15:22:42Z","starts_at":"2017-07-30T15:22:42Z","owner":"ada@example.org","site":"https://example.org/one","motto":"Hello, world","home":1,"origin":1}`

// other is a valid body with other values.
const other = `{"shelf":1,"serial":"Good morning","number":3,"mail":"grace@example.org","bought":"2018-02-28","amount":"2.005","copy":"0b8f3f0e-3c1d-4a5e-9c62-5d2f1a7e4b01","key":"f47ac10b-58cc-4372-a567-0e02b2c3d479","tag":"f47ac10b-58cc-4372-a567-0e02b2c3d479","currency":"Hel","seen":"2017-07-30T15:22:42Z","title":"Good morning","price":"2.05","rate":"2.005","day":"2018-02-28","until":"2018-02-28","body":"Good morning","note":"Good morning","code":"Good morning","pages":4,"year":1901,"zip":"Good.","score":4,"rank":4,"done":false,"listed":false,"sold":false,"lent":false,"state":"open","size":"m","due":"2018-02-28T23:59:59.123456Z","starts_at":"2018-02-28T23:59:59.123456Z","owner":"grace@example.org","site":"https://example.org/two","motto":"Good morning","home":1,"origin":1}`

// record is a row in a fixture.
const record = `{"shelf":1,"serial":"Hello, world","number":3,"mail":"ada@example.org","bought":"2017-07-30","amount":"3.005","copy":"0b8f3f0e-3c1d-4a5e-9c62-5d2f1a7e4b01","key":"0b8f3f0e-3c1d-4a5e-9c62-5d2f1a7e4b01","tag":"0b8f3f0e-3c1d-4a5e-9c62-5d2f1a7e4b01","currency":"Hel","seen":"2017-07-30T15:22:42Z","title":"Hello, world","price":"3.05","rate":"3.005","day":"2017-07-30","until":"2017-07-30","body":"Hello, world","note":"Hello, world","code":"Hello, world","pages":3,"year":1900,"zip":"Hello","score":3,"rank":3,"done":true,"listed":true,"sold":true,"lent":true,"state":"closed","size":"s","due":"2017-07-30T15:22:42Z","starts_at":"2017-07-30T15:22:42Z","owner":"ada@example.org","site":"https://example.org/one","motto":"Hello, world","home":1,"origin":1,"added":"2017-07-30T15:22:42Z"}`

// each runs test on every engine, with a client of the API on a database without books.
func each(t *testing.T, test func(t *testing.T, c *webtest.Client, db *database.DB)) {
	databasetest.Each(t, resources, func(t *testing.T, db *database.DB) {
		fixturetest.LoadAll(t, db, parents)
		test(t, webtest.NewAPI(t, book.Resource(), db), db)
	})
}

func TestBookIsCreatedReadListedAndDeleted(t *testing.T) {
	each(t, func(t *testing.T, c *webtest.Client, _ *database.DB) {
		answer := c.Want(http.StatusCreated, "POST", "/book/", body)
		created := webtest.JSON[book.Book](t, answer)
		if created.ID != 1 || created.Href != "http://example.org/book/1" || answer.Header.Get("Location") != created.Href {
			t.Errorf("created %+v", created)
		}
		if time.Since(created.Added).Abs() > time.Minute || created.Added.Location() != time.UTC {
			t.Errorf("created at %v", created.Added)
		}
		if read := c.Want(http.StatusOK, "GET", "/book/1", ""); read.Body != answer.Body {
			t.Errorf("read %s, created %s", read.Body, answer.Body)
		}
		c.Want(http.StatusCreated, "POST", "/book/", webtest.Another(t, body, "serial", "number", "mail", "bought", "amount", "copy"))
		if list := webtest.JSON[[]book.Book](t, c.Want(http.StatusOK, "GET", "/book/", "")); len(list) != 2 || list[1].ID != 2 {
			t.Errorf("listed %+v", list)
		}
		c.Want(http.StatusNoContent, "DELETE", "/book/1", "")
		c.Want(http.StatusNotFound, "GET", "/book/1", "")
	})
}

func TestEveryFieldIsKeptAsItWasSent(t *testing.T) {
	each(t, func(t *testing.T, c *webtest.Client, _ *database.DB) {
		want := webtest.JSON[map[string]any](t, webtest.Response{Body: body})
		got := webtest.JSON[map[string]any](t, c.Want(http.StatusCreated, "POST", "/book/", body))
		for name, value := range want {
			if got[name] != value {
				t.Errorf("%s became %v, want %v", name, got[name], value)
			}
		}
	})
}

func TestPatchChangesOneFieldAndReplacementAll(t *testing.T) {
	each(t, func(t *testing.T, c *webtest.Client, _ *database.DB) {
		original := webtest.JSON[map[string]any](t, c.Want(http.StatusCreated, "POST", "/book/", body))
		for name, value := range webtest.JSON[map[string]any](t, webtest.Response{Body: other}) {
			want := maps.Clone(original)
			want[name] = value
			patched := webtest.JSON[map[string]any](t, c.Want(http.StatusOK, "PATCH", "/book/1", webtest.With(t, "{}", name, value)))
			if diff := cmp.Diff(want, patched); diff != "" {
				t.Errorf("patched %s: %s", name, diff)
			}
			replaced := webtest.JSON[map[string]any](t, c.Want(http.StatusOK, "PUT", "/book/1", body))
			if diff := cmp.Diff(original, replaced); diff != "" {
				t.Errorf("replaced after a change of %s: %s", name, diff)
			}
		}
	})
}

func TestInvalidValueIsRefusedAtItsPlace(t *testing.T) {
	invalid := map[string][]any{
		"shelf":     {0, "one"},
		"serial":    {strings.Repeat("x", 21), 1, strings.Repeat("x", 3)},
		"number":    {0, 100000, 1.5, "one"},
		"mail":      {"nobody", 1},
		"bought":    {"2017-02-30", "0000-01-01", "30.7.2017", 1},
		"amount":    {"9999999999", "0.0000", "1e5", "1.", ".5", "", 1.5},
		"copy":      {"", "0B8F3F0E-3C1D-4A5E-9C62-5D2F1A7E4B01", "0b8f3f0e3c1d4a5e9c625d2f1a7e4b01", 1},
		"key":       {"", "0B8F3F0E-3C1D-4A5E-9C62-5D2F1A7E4B01", "0b8f3f0e3c1d4a5e9c625d2f1a7e4b01", 1},
		"tag":       {"", "0B8F3F0E-3C1D-4A5E-9C62-5D2F1A7E4B01", "0b8f3f0e3c1d4a5e9c625d2f1a7e4b01", 1},
		"currency":  {strings.Repeat("x", 4), 1, strings.Repeat("x", 2)},
		"seen":      {"yesterday", 1},
		"title":     {strings.Repeat("x", 81), 1, strings.Repeat("x", 0)},
		"price":     {"999999999", "0.000", "1e5", "1.", ".5", "", 1.5},
		"rate":      {"99", "0.0000", "1e5", "1.", ".5", "", 1.5},
		"day":       {"2017-02-30", "0000-01-01", "30.7.2017", 1},
		"until":     {"2017-02-30", "0000-01-01", "30.7.2017", 1},
		"body":      {strings.Repeat("x", 10001), 1, strings.Repeat("x", 0)},
		"note":      {strings.Repeat("x", 10001), 1, strings.Repeat("x", 0)},
		"code":      {strings.Repeat("x", 21), 1},
		"pages":     {0, 10000, 1.5, "one"},
		"year":      {1899, 2101, 1.5, "one"},
		"zip":       {strings.Repeat("x", 6), 1, strings.Repeat("x", 4)},
		"score":     {-6, 6, 1.5, "one"},
		"rank":      {-9007199254740992, 9007199254740992, 1.5, "one"},
		"done":      {"yes", 1},
		"listed":    {"yes", 1},
		"sold":      {"yes", 1},
		"lent":      {"yes", 1},
		"state":     {"", "?"},
		"size":      {"", "?"},
		"due":       {"yesterday", 1},
		"starts_at": {"yesterday", 1},
		"owner":     {"nobody", 1},
		"site":      {"", "://", 1},
		"motto":     {strings.Repeat("x", 41), 1, strings.Repeat("x", 0)},
		"home":      {0, "one"},
		"origin":    {0, "one"},
	}
	each(t, func(t *testing.T, c *webtest.Client, _ *database.DB) {
		for name, values := range invalid {
			for _, value := range values {
				problem := webtest.JSON[web.Problem](t, c.Want(http.StatusUnprocessableEntity, "POST", "/book/", webtest.With(t, body, name, value)))
				elsewhere := func(e web.FieldError) bool { return e.Location != "body."+name }
				if len(problem.Errors) == 0 || slices.ContainsFunc(problem.Errors, elsewhere) {
					t.Errorf("%s = %.20v: the errors are %+v", name, value, problem.Errors)
				}
			}
		}
	})
}

func TestLimitsAreAccepted(t *testing.T) {
	limits := map[string][]any{
		"serial":   {strings.Repeat("ü", 4), strings.Repeat("ü", 20)},
		"number":   {1, 99999},
		"bought":   {"0001-01-01", "9999-12-31"},
		"amount":   {"999999999.999", "-999999999.999", "0"},
		"currency": {strings.Repeat("ü", 3)},
		"title":    {strings.Repeat("ü", 1), strings.Repeat("ü", 80)},
		"price":    {"99999999.99", "-99999999.99", "0"},
		"rate":     {"9.999", "-9.999", "0"},
		"day":      {"0001-01-01", "9999-12-31"},
		"until":    {"0001-01-01", "9999-12-31"},
		"body":     {strings.Repeat("ü", 1), strings.Repeat("ü", 10000)},
		"note":     {strings.Repeat("ü", 1), strings.Repeat("ü", 10000)},
		"code":     {strings.Repeat("ü", 0), strings.Repeat("ü", 20)},
		"pages":    {1, 9999},
		"year":     {1900, 2100},
		"zip":      {strings.Repeat("ü", 5)},
		"score":    {-5, 5},
		"rank":     {-9007199254740991, 9007199254740991},
		"motto":    {strings.Repeat("ü", 1), strings.Repeat("ü", 40)},
	}
	each(t, func(t *testing.T, c *webtest.Client, _ *database.DB) {
		for name, values := range limits {
			for _, value := range values {
				c.Want(http.StatusCreated, "POST", "/book/", webtest.With(t, webtest.Another(t, body, "serial", "number", "mail", "bought", "amount", "copy"), name, value))
			}
		}
	})
}

func TestRequiredFieldsMustBeThere(t *testing.T) {
	each(t, func(t *testing.T, c *webtest.Client, _ *database.DB) {
		for _, name := range []string{"shelf", "serial", "number", "bought", "amount", "copy", "key", "currency", "title", "price", "day", "body", "code", "pages", "year", "zip", "sold", "starts_at", "owner"} {
			for _, incomplete := range []string{webtest.Without(t, body, name), webtest.With(t, body, name, nil)} {
				problem := webtest.JSON[web.Problem](t, c.Want(http.StatusUnprocessableEntity, "POST", "/book/", incomplete))
				if !strings.Contains(fmt.Sprint(problem.Errors), name) {
					t.Errorf("%s: no error names the field: %+v", incomplete, problem.Errors)
				}
			}
		}
	})
}

func TestAbsentAndNullFieldsGetTheirDefaults(t *testing.T) {
	defaults := `{"score":1,"done":false,"listed":true,"state":"open","motto":"Carpe diem"}`
	each(t, func(t *testing.T, c *webtest.Client, _ *database.DB) {
		for name, want := range webtest.JSON[map[string]any](t, webtest.Response{Body: defaults}) {
			sent := webtest.Another(t, body, "serial", "number", "mail", "bought", "amount", "copy")
			created := c.Want(http.StatusCreated, "POST", "/book/", webtest.Without(t, sent, name))
			path := "/book/" + path.Base(created.Header.Get("Location"))
			c.Want(http.StatusOK, "PUT", path, sent)
			patched := c.Want(http.StatusOK, "PATCH", path, webtest.With(t, "{}", name, nil))
			for _, answer := range []webtest.Response{created, patched} {
				if got := webtest.JSON[map[string]any](t, answer)[name]; got != want {
					t.Errorf("%s is %v, want %v", name, got, want)
				}
			}
		}
	})
}

func TestOptionalFieldsMayBeAbsentAndBeRemoved(t *testing.T) {
	each(t, func(t *testing.T, c *webtest.Client, _ *database.DB) {
		for _, name := range []string{"mail", "tag", "rate", "until", "note", "rank", "lent", "size", "due", "site", "home", "origin"} {
			sent := webtest.Another(t, body, "serial", "number", "mail", "bought", "amount", "copy")
			created := c.Want(http.StatusCreated, "POST", "/book/", webtest.Without(t, sent, name))
			path := "/book/" + path.Base(created.Header.Get("Location"))
			c.Want(http.StatusOK, "PUT", path, sent)
			patched := c.Want(http.StatusOK, "PATCH", path, webtest.With(t, "{}", name, nil))
			for _, answer := range []webtest.Response{created, patched} {
				if got := webtest.JSON[map[string]any](t, answer)[name]; got != nil {
					t.Errorf("%s is %v, want none", name, got)
				}
			}
		}
	})
}

func TestFieldsOfTheServiceCannotBeSet(t *testing.T) {
	each(t, func(t *testing.T, c *webtest.Client, _ *database.DB) {
		for name, value := range map[string]any{"id": 7, "href": "http://example.org/", "version": 1, "no-field": "", "added": "2017-07-30T15:22:42Z", "shelf_href": "http://example.org/", "home_href": "http://example.org/", "origin_href": "http://example.org/"} {
			c.Want(http.StatusUnprocessableEntity, "POST", "/book/", webtest.With(t, body, name, value))
		}
	})
}

func TestRowThatDoesNotExistIsNotFound(t *testing.T) {
	each(t, func(_ *testing.T, c *webtest.Client, _ *database.DB) {
		for method, sent := range map[string]string{"GET": "", "PUT": body, "PATCH": body, "DELETE": ""} {
			c.Want(http.StatusNotFound, method, "/book/1", sent)
		}
	})
}

func TestChangeOfAnOlderVersionIsRefused(t *testing.T) {
	each(t, func(_ *testing.T, c *webtest.Client, _ *database.DB) {
		old := c.Want(http.StatusCreated, "POST", "/book/", body).Header.Get("ETag")
		c.Want(http.StatusNotModified, "GET", "/book/1", "", "If-None-Match: "+old)
		c.Want(http.StatusOK, "PUT", "/book/1", other, "If-Match: "+old)
		for method, sent := range map[string]string{"PUT": body, "PATCH": body, "DELETE": ""} {
			c.Want(http.StatusPreconditionFailed, method, "/book/1", sent, "If-Match: "+old)
		}
	})
}

func TestDuplicateIsRefusedAtItsPlace(t *testing.T) {
	each(t, func(t *testing.T, c *webtest.Client, _ *database.DB) {
		for range 2 {
			c.Want(http.StatusCreated, "POST", "/book/", webtest.Another(t, body, "serial", "number", "mail", "bought", "amount", "copy"))
		}
		first := webtest.JSON[map[string]any](t, c.Want(http.StatusOK, "GET", "/book/1", ""))
		for name, refused := range map[string][]webtest.Response{
			"serial": {
				c.Want(http.StatusConflict, "POST", "/book/", webtest.With(t, webtest.Another(t, body, "serial", "number", "mail", "bought", "amount", "copy"), "serial", first["serial"])),
				c.Want(http.StatusConflict, "PATCH", "/book/2", webtest.With(t, "{}", "serial", first["serial"])),
			},
			"number": {
				c.Want(http.StatusConflict, "POST", "/book/", webtest.With(t, webtest.Another(t, body, "serial", "number", "mail", "bought", "amount", "copy"), "number", first["number"])),
			},
			"mail": {
				c.Want(http.StatusConflict, "POST", "/book/", webtest.With(t, webtest.Another(t, body, "serial", "number", "mail", "bought", "amount", "copy"), "mail", first["mail"])),
				c.Want(http.StatusConflict, "PATCH", "/book/2", webtest.With(t, "{}", "mail", first["mail"])),
			},
			"bought": {
				c.Want(http.StatusConflict, "POST", "/book/", webtest.With(t, webtest.Another(t, body, "serial", "number", "mail", "bought", "amount", "copy"), "bought", first["bought"])),
				c.Want(http.StatusConflict, "PATCH", "/book/2", webtest.With(t, "{}", "bought", first["bought"])),
			},
			"amount": {
				c.Want(http.StatusConflict, "POST", "/book/", webtest.With(t, webtest.Another(t, body, "serial", "number", "mail", "bought", "amount", "copy"), "amount", first["amount"])),
				c.Want(http.StatusConflict, "PATCH", "/book/2", webtest.With(t, "{}", "amount", first["amount"])),
			},
			"copy": {
				c.Want(http.StatusConflict, "POST", "/book/", webtest.With(t, webtest.Another(t, body, "serial", "number", "mail", "bought", "amount", "copy"), "copy", first["copy"])),
			},
		} {
			for _, answer := range refused {
				if problem := webtest.JSON[web.Problem](t, answer); len(problem.Errors) != 1 || problem.Errors[0].Location != "body."+name {
					t.Errorf("%s: the errors are %+v", name, problem.Errors)
				}
			}
		}
	})
}

func TestOnlyOneOfManyClientsGetsAUniqueValue(t *testing.T) {
	each(t, func(t *testing.T, c *webtest.Client, _ *database.DB) {
		var created, refused atomic.Int64
		var clients sync.WaitGroup
		for range 32 {
			clients.Go(func() {
				switch answer := c.Do("POST", "/book/", body); answer.Status {
				case http.StatusCreated:
					created.Add(1)
				case http.StatusConflict:
					refused.Add(1)
				default:
					t.Errorf("%d: %s", answer.Status, answer.Body)
				}
			})
		}
		clients.Wait()
		if created.Load() != 1 || refused.Load() != 31 {
			t.Errorf("%d clients of 32 created a row, %d were refused", created.Load(), refused.Load())
		}
	})
}

func TestFieldThatCanBeSetOnceIsNotChanged(t *testing.T) {
	each(t, func(t *testing.T, c *webtest.Client, _ *database.DB) {
		created := webtest.JSON[map[string]any](t, c.Want(http.StatusCreated, "POST", "/book/", body))
		for _, name := range []string{"number", "copy", "currency", "seen"} {
			c.Want(http.StatusOK, "PATCH", "/book/1", webtest.With(t, "{}", name, created[name]))
			sent := webtest.Another(t, body, name)
			for _, answer := range []webtest.Response{
				c.Want(http.StatusUnprocessableEntity, "PUT", "/book/1", sent),
				c.Want(http.StatusUnprocessableEntity, "PATCH", "/book/1", sent),
			} {
				if problem := webtest.JSON[web.Problem](t, answer); len(problem.Errors) != 1 || problem.Errors[0].Location != "body."+name {
					t.Errorf("%s: the errors are %+v", name, problem.Errors)
				}
			}
		}
	})
}

func TestAnswerLinksToWhatItRefersTo(t *testing.T) {
	each(t, func(t *testing.T, c *webtest.Client, _ *database.DB) {
		answers := []webtest.Response{
			c.Want(http.StatusCreated, "POST", "/book/", body), c.Want(http.StatusOK, "GET", "/book/1", ""),
			c.Want(http.StatusOK, "PUT", "/book/1", body), c.Want(http.StatusOK, "PATCH", "/book/1", "{}"),
		}
		rows := webtest.JSON[[]map[string]any](t, c.Want(http.StatusOK, "GET", "/book/", ""))
		for _, answer := range answers {
			rows = append(rows, webtest.JSON[map[string]any](t, answer))
		}
		for _, row := range rows {
			for name, want := range map[string]string{"shelf_href": "http://example.org/shelf/1", "home_href": "http://example.org/shelf/1", "origin_href": "http://example.org/shelf/1"} {
				if row[name] != want {
					t.Errorf("%s is %v, want %s", name, row[name], want)
				}
			}
		}
		if got := c.Want(http.StatusCreated, "POST", "/book/", webtest.Without(t, webtest.Another(t, body, "serial", "number", "mail", "bought", "amount", "copy"), "home")).Body; strings.Contains(got, "home_href") {
			t.Errorf("without home the answer is %s", got)
		}
		if got := c.Want(http.StatusCreated, "POST", "/book/", webtest.Without(t, webtest.Another(t, body, "serial", "number", "mail", "bought", "amount", "copy"), "origin")).Body; strings.Contains(got, "origin_href") {
			t.Errorf("without origin the answer is %s", got)
		}
	})
}

func TestReferenceToNothingIsRefusedAtItsPlace(t *testing.T) {
	each(t, func(t *testing.T, c *webtest.Client, _ *database.DB) {
		c.Want(http.StatusCreated, "POST", "/book/", body)
		for _, name := range []string{"shelf", "home", "origin"} {
			for _, answer := range []webtest.Response{
				c.Want(http.StatusUnprocessableEntity, "POST", "/book/", webtest.With(t, webtest.Another(t, body, "serial", "number", "mail", "bought", "amount", "copy"), name, 77)),
				c.Want(http.StatusUnprocessableEntity, "PATCH", "/book/1", webtest.With(t, "{}", name, 77)),
			} {
				isPlace := func(e web.FieldError) bool { return e.Location == "body."+name }
				if problem := webtest.JSON[web.Problem](t, answer); !slices.ContainsFunc(problem.Errors, isPlace) {
					t.Errorf("%s: the errors are %+v", name, problem.Errors)
				}
			}
		}
	})
}

func TestEveryReferenceHasAnIndex(t *testing.T) {
	each(t, func(t *testing.T, _ *webtest.Client, db *database.DB) {
		for _, column := range []string{"shelf", "home", "origin"} {
			databasetest.WantIndex(t, db, "select id from book where "+column+" = 1") // asked when that row is deleted
		}
	})
}

func TestRowThatIsReferredToCannotBeDeleted(t *testing.T) {
	each(t, func(t *testing.T, c *webtest.Client, db *database.DB) {
		c.Want(http.StatusCreated, "POST", "/book/", webtest.With(t, body, "origin", 2))
		webtest.NewAPI(t, shelf.Resource(), db).Want(http.StatusConflict, "DELETE", "/shelf/1", "")
		webtest.NewAPI(t, shelf.Resource(), db).Want(http.StatusConflict, "DELETE", "/shelf/1", "")
	})
}

func TestRowIsDeletedWithTheOneThatItRefersTo(t *testing.T) {
	each(t, func(t *testing.T, c *webtest.Client, db *database.DB) {
		for _, sent := range []string{
			webtest.Another(t, body, "serial", "number", "mail", "bought", "amount", "copy"),                               // refers to row 1, which stays
			webtest.With(t, webtest.Another(t, body, "serial", "number", "mail", "bought", "amount", "copy"), "origin", 2), // which no other fixture refers to
		} {
			c.Want(http.StatusCreated, "POST", "/book/", sent)
		}
		webtest.NewAPI(t, shelf.Resource(), db).Want(http.StatusNoContent, "DELETE", "/shelf/2", "")
		if left := webtest.JSON[[]book.Book](t, c.Want(http.StatusOK, "GET", "/book/", "")); len(left) != 1 || left[0].ID != 1 {
			t.Errorf("these are left: %+v", left)
		}
	})
}

func TestDatabaseRefusesWhatTheServiceCouldNotRead(t *testing.T) {
	each(t, func(t *testing.T, c *webtest.Client, db *database.DB) {
		c.Want(http.StatusCreated, "POST", "/book/", body)
		for _, invalid := range []string{
			"shelf = 77",
			"shelf = null",
			"serial = ''",
			"serial = null",
			"number = 100000",
			"number = null",
			"mail = ''",
			"bought = 'infinity'",
			"bought = null",
			"amount = 1000000000000",
			"amount = null",
			"copy = null",
			"key = null",
			"currency = ''",
			"currency = null",
			"seen = 'infinity'",
			"title = ''",
			"title = null",
			"price = 10000000000",
			"price = null",
			"rate = 10000",
			"day = 'infinity'",
			"day = null",
			"until = 'infinity'",
			"body = ''",
			"body = null",
			"note = ''",
			"code = null",
			"pages = 10000",
			"pages = null",
			"year = 2101",
			"year = null",
			"zip = ''",
			"zip = null",
			"score = 6",
			"score = null",
			"rank = 9007199254740992",
			"done = null",
			"listed = null",
			"sold = null",
			"state = '?'",
			"state = null",
			"size = '?'",
			"due = 'infinity'",
			"starts_at = 'infinity'",
			"starts_at = null",
			"added = 'infinity'",
			"added = null",
			"owner = ''",
			"owner = null",
			"site = ''",
			"motto = ''",
			"motto = null",
			"home = 77",
			"origin = 77",
		} {
			if _, err := db.ExecContext(t.Context(), "update book set "+invalid); err == nil || !strings.Contains(strings.ToLower(err.Error()), "constraint") {
				t.Errorf("%s: %v, want the violation of a constraint", invalid, err)
			}
		}
	})
}

func TestFixtureIsRefusedLikeABody(t *testing.T) {
	each(t, func(t *testing.T, _ *webtest.Client, db *database.DB) {
		for name, fields := range map[string]string{
			"no-field": webtest.With(t, record, "no-field", 1), "title": webtest.With(t, record, "title", 1),
		} {
			row := fmt.Sprintf(`[{"model": "book", "pk": 1, "fields": %s}]`, fields)
			if err := fixturetest.Load(t, db, resources, row); err == nil || !strings.Contains(err.Error(), name) {
				t.Errorf("%s: %v, want an error that names the field", row, err)
			}
		}
	})
}

func TestDumpHasWhatWasLoadedAndCanBeLoadedAgain(t *testing.T) {
	each(t, func(t *testing.T, c *webtest.Client, db *database.DB) {
		rows := make([]string, 2500) // more than a dump reads at once
		for i := range rows {
			rows[i] = fmt.Sprintf(`  {"model": "book", "pk": %d, "fields": %s}`, i+1, webtest.Another(t, record, "serial", "number", "mail", "bought", "amount", "copy"))
		}
		fixture := "[\n" + strings.Join(rows, ",\n") + "\n]\n"
		for range 2 {
			if err := fixturetest.Load(t, db, resources, fixture); err != nil {
				t.Fatal(err)
			}
			if dump := fixturetest.Dump(t, db, resources); !fixturetest.HasRows(t, dump, fixture) {
				t.Fatalf("the dump differs from the fixture: %.300s", dump)
			}
			c.Want(http.StatusOK, "PATCH", "/book/1", webtest.With(t, "{}", "title", "Good morning"))
		}
	})
}

func TestDumpKeepsEveryColumn(t *testing.T) {
	fixturetest.KeepsEveryColumn(t, resources)
}
