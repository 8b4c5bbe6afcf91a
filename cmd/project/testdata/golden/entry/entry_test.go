package entry_test

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

	"example.com/templatesite/cmd/project/testdata/golden/diary"
	"example.com/templatesite/cmd/project/testdata/golden/entry"
	"example.com/templatesite/cmd/project/testdata/golden/shelf"
	"example.com/templatesite/internal/database"
	"example.com/templatesite/internal/databasetest"
	"example.com/templatesite/internal/fixturetest"
	"example.com/templatesite/internal/web"
	"example.com/templatesite/internal/webtest"
)

// parents are the resources that entries refer to.
var parents = []web.Resource{diary.Resource(), shelf.Resource()}

var resources = append(slices.Clone(parents), entry.Resource())

// body is a valid body with every field that a client may set.
const body = `{"diary":1,"earlier":1,"shelf":1,"text":"Hello, world","number":3,"day":"2017-07-30","mood":"bad"}`

// other is a valid body with other values.
const other = `{"diary":1,"earlier":1,"shelf":1,"text":"Good morning","number":4,"day":"2017-07-30","mood":"good"}`

// record is a row in a fixture.
const record = `{"owner":"","diary":1,"earlier":1,"shelf":1,"text":"Hello, world","number":3,"day":"2017-07-30","mood":"bad","written":"2017-07-30T15:22:42Z"}`

// each runs test on every engine, with a client of the API on a database without entries.
func each(t *testing.T, test func(t *testing.T, c *webtest.Client, db *database.DB)) {
	databasetest.Each(t, resources, func(t *testing.T, db *database.DB) {
		fixturetest.LoadAll(t, db, parents)
		test(t, webtest.NewAPI(t, entry.Resource(), db), db)
	})
}

func TestEntryIsCreatedReadListedAndDeleted(t *testing.T) {
	each(t, func(t *testing.T, c *webtest.Client, _ *database.DB) {
		answer := c.Want(http.StatusCreated, "POST", "/entry/", body)
		created := webtest.JSON[entry.Entry](t, answer)
		if created.ID != 1 || created.Href != "http://example.org/entry/1" || answer.Header.Get("Location") != created.Href {
			t.Errorf("created %+v", created)
		}
		if time.Since(created.Written).Abs() > time.Minute || created.Written.Location() != time.UTC {
			t.Errorf("created at %v", created.Written)
		}
		if read := c.Want(http.StatusOK, "GET", "/entry/1", ""); read.Body != answer.Body {
			t.Errorf("read %s, created %s", read.Body, answer.Body)
		}
		c.Want(http.StatusCreated, "POST", "/entry/", webtest.Another(t, body, "number"))
		if list := webtest.JSON[[]entry.Entry](t, c.Want(http.StatusOK, "GET", "/entry/", "")); len(list) != 2 || list[1].ID != 2 {
			t.Errorf("listed %+v", list)
		}
		c.Want(http.StatusNoContent, "DELETE", "/entry/1", "")
		c.Want(http.StatusNotFound, "GET", "/entry/1", "")
	})
}

func TestEveryFieldIsKeptAsItWasSent(t *testing.T) {
	each(t, func(t *testing.T, c *webtest.Client, _ *database.DB) {
		want := webtest.JSON[map[string]any](t, webtest.Response{Body: body})
		got := webtest.JSON[map[string]any](t, c.Want(http.StatusCreated, "POST", "/entry/", body))
		for name, value := range want {
			if got[name] != value {
				t.Errorf("%s became %v, want %v", name, got[name], value)
			}
		}
	})
}

func TestPatchChangesOneFieldAndReplacementAll(t *testing.T) {
	each(t, func(t *testing.T, c *webtest.Client, _ *database.DB) {
		original := webtest.JSON[map[string]any](t, c.Want(http.StatusCreated, "POST", "/entry/", body))
		for name, value := range webtest.JSON[map[string]any](t, webtest.Response{Body: other}) {
			want := maps.Clone(original)
			want[name] = value
			patched := webtest.JSON[map[string]any](t, c.Want(http.StatusOK, "PATCH", "/entry/1", webtest.With(t, "{}", name, value)))
			if diff := cmp.Diff(want, patched); diff != "" {
				t.Errorf("patched %s: %s", name, diff)
			}
			replaced := webtest.JSON[map[string]any](t, c.Want(http.StatusOK, "PUT", "/entry/1", body))
			if diff := cmp.Diff(original, replaced); diff != "" {
				t.Errorf("replaced after a change of %s: %s", name, diff)
			}
		}
	})
}

func TestInvalidValueIsRefusedAtItsPlace(t *testing.T) {
	invalid := map[string][]any{
		"diary":   {0, "one"},
		"earlier": {0, "one"},
		"shelf":   {0, "one"},
		"text":    {strings.Repeat("x", 201), 1, strings.Repeat("x", 0)},
		"number":  {0, 100000, 1.5, "one"},
		"day":     {"2017-02-30", "0000-01-01", "30.7.2017", 1},
		"mood":    {"", "?"},
	}
	each(t, func(t *testing.T, c *webtest.Client, _ *database.DB) {
		for name, values := range invalid {
			for _, value := range values {
				problem := webtest.JSON[web.Problem](t, c.Want(http.StatusUnprocessableEntity, "POST", "/entry/", webtest.With(t, body, name, value)))
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
		"text":   {strings.Repeat("ü", 1), strings.Repeat("ü", 200)},
		"number": {1, 99999},
		"day":    {"0001-01-01", "9999-12-31"},
	}
	each(t, func(t *testing.T, c *webtest.Client, _ *database.DB) {
		for name, values := range limits {
			for _, value := range values {
				c.Want(http.StatusCreated, "POST", "/entry/", webtest.With(t, webtest.Another(t, body, "number"), name, value))
			}
		}
	})
}

func TestRequiredFieldsMustBeThere(t *testing.T) {
	each(t, func(t *testing.T, c *webtest.Client, _ *database.DB) {
		for _, name := range []string{"diary", "text", "number", "day"} {
			for _, incomplete := range []string{webtest.Without(t, body, name), webtest.With(t, body, name, nil)} {
				problem := webtest.JSON[web.Problem](t, c.Want(http.StatusUnprocessableEntity, "POST", "/entry/", incomplete))
				if !strings.Contains(fmt.Sprint(problem.Errors), name) {
					t.Errorf("%s: no error names the field: %+v", incomplete, problem.Errors)
				}
			}
		}
	})
}

func TestAbsentAndNullFieldsGetTheirDefaults(t *testing.T) {
	defaults := `{"mood":"good"}`
	each(t, func(t *testing.T, c *webtest.Client, _ *database.DB) {
		for name, want := range webtest.JSON[map[string]any](t, webtest.Response{Body: defaults}) {
			sent := webtest.Another(t, body, "number")
			created := c.Want(http.StatusCreated, "POST", "/entry/", webtest.Without(t, sent, name))
			path := "/entry/" + path.Base(created.Header.Get("Location"))
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
		for _, name := range []string{"earlier", "shelf"} {
			sent := webtest.Another(t, body, "number")
			created := c.Want(http.StatusCreated, "POST", "/entry/", webtest.Without(t, sent, name))
			path := "/entry/" + path.Base(created.Header.Get("Location"))
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
		for name, value := range map[string]any{"id": 7, "href": "http://example.org/", "version": 1, "no-field": "", "owner": "ada", "written": "2017-07-30T15:22:42Z", "diary_href": "http://example.org/", "earlier_href": "http://example.org/", "shelf_href": "http://example.org/"} {
			c.Want(http.StatusUnprocessableEntity, "POST", "/entry/", webtest.With(t, body, name, value))
		}
	})
}

func TestRowThatDoesNotExistIsNotFound(t *testing.T) {
	each(t, func(_ *testing.T, c *webtest.Client, _ *database.DB) {
		for method, sent := range map[string]string{"GET": "", "PUT": body, "PATCH": body, "DELETE": ""} {
			c.Want(http.StatusNotFound, method, "/entry/1", sent)
		}
	})
}

func TestChangeOfAnOlderVersionIsRefused(t *testing.T) {
	each(t, func(_ *testing.T, c *webtest.Client, _ *database.DB) {
		old := c.Want(http.StatusCreated, "POST", "/entry/", body).Header.Get("ETag")
		c.Want(http.StatusNotModified, "GET", "/entry/1", "", "If-None-Match: "+old)
		c.Want(http.StatusOK, "PUT", "/entry/1", other, "If-Match: "+old)
		for method, sent := range map[string]string{"PUT": body, "PATCH": body, "DELETE": ""} {
			c.Want(http.StatusPreconditionFailed, method, "/entry/1", sent, "If-Match: "+old)
		}
	})
}

func TestDuplicateIsRefusedAtItsPlace(t *testing.T) {
	each(t, func(t *testing.T, c *webtest.Client, _ *database.DB) {
		for range 2 {
			c.Want(http.StatusCreated, "POST", "/entry/", webtest.Another(t, body, "number"))
		}
		first := webtest.JSON[map[string]any](t, c.Want(http.StatusOK, "GET", "/entry/1", ""))
		for name, refused := range map[string][]webtest.Response{
			"number": {
				c.Want(http.StatusConflict, "POST", "/entry/", webtest.With(t, webtest.Another(t, body, "number"), "number", first["number"])),
				c.Want(http.StatusConflict, "PATCH", "/entry/2", webtest.With(t, "{}", "number", first["number"])),
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
				switch answer := c.Do("POST", "/entry/", body); answer.Status {
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
		created := webtest.JSON[map[string]any](t, c.Want(http.StatusCreated, "POST", "/entry/", body))
		for _, name := range []string{"day"} {
			c.Want(http.StatusOK, "PATCH", "/entry/1", webtest.With(t, "{}", name, created[name]))
			sent := webtest.Another(t, body, name)
			for _, answer := range []webtest.Response{
				c.Want(http.StatusUnprocessableEntity, "PUT", "/entry/1", sent),
				c.Want(http.StatusUnprocessableEntity, "PATCH", "/entry/1", sent),
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
			c.Want(http.StatusCreated, "POST", "/entry/", body), c.Want(http.StatusOK, "GET", "/entry/1", ""),
			c.Want(http.StatusOK, "PUT", "/entry/1", body), c.Want(http.StatusOK, "PATCH", "/entry/1", "{}"),
		}
		rows := webtest.JSON[[]map[string]any](t, c.Want(http.StatusOK, "GET", "/entry/", ""))
		for _, answer := range answers {
			rows = append(rows, webtest.JSON[map[string]any](t, answer))
		}
		for _, row := range rows {
			for name, want := range map[string]string{"diary_href": "http://example.org/diary/1", "earlier_href": "http://example.org/diary/1", "shelf_href": "http://example.org/shelf/1"} {
				if row[name] != want {
					t.Errorf("%s is %v, want %s", name, row[name], want)
				}
			}
		}
		if got := c.Want(http.StatusCreated, "POST", "/entry/", webtest.Without(t, webtest.Another(t, body, "number"), "earlier")).Body; strings.Contains(got, "earlier_href") {
			t.Errorf("without earlier the answer is %s", got)
		}
		if got := c.Want(http.StatusCreated, "POST", "/entry/", webtest.Without(t, webtest.Another(t, body, "number"), "shelf")).Body; strings.Contains(got, "shelf_href") {
			t.Errorf("without shelf the answer is %s", got)
		}
	})
}

func TestReferenceToNothingIsRefusedAtItsPlace(t *testing.T) {
	each(t, func(t *testing.T, c *webtest.Client, _ *database.DB) {
		c.Want(http.StatusCreated, "POST", "/entry/", body)
		for _, name := range []string{"diary", "earlier", "shelf"} {
			for _, answer := range []webtest.Response{
				c.Want(http.StatusUnprocessableEntity, "POST", "/entry/", webtest.With(t, webtest.Another(t, body, "number"), name, 77)),
				c.Want(http.StatusUnprocessableEntity, "PATCH", "/entry/1", webtest.With(t, "{}", name, 77)),
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
		for _, column := range []string{"owner = '' and diary", "owner = '' and earlier", "shelf"} {
			databasetest.WantIndex(t, db, "select id from entry where "+column+" = 1") // asked when that row is deleted
		}
	})
}

func TestRowThatIsReferredToCannotBeDeleted(t *testing.T) {
	each(t, func(t *testing.T, c *webtest.Client, db *database.DB) {
		c.Want(http.StatusCreated, "POST", "/entry/", webtest.With(t, body, "diary", 2))
		webtest.NewAPI(t, diary.Resource(), db).Want(http.StatusConflict, "DELETE", "/diary/1", "")
		webtest.NewAPI(t, shelf.Resource(), db).Want(http.StatusConflict, "DELETE", "/shelf/1", "")
	})
}

func TestRowIsDeletedWithTheOneThatItRefersTo(t *testing.T) {
	each(t, func(t *testing.T, c *webtest.Client, db *database.DB) {
		for _, sent := range []string{
			webtest.Another(t, body, "number"),                              // refers to row 1, which stays
			webtest.With(t, webtest.Another(t, body, "number"), "diary", 2), // which no other fixture refers to
		} {
			c.Want(http.StatusCreated, "POST", "/entry/", sent)
		}
		webtest.NewAPI(t, diary.Resource(), db).Want(http.StatusNoContent, "DELETE", "/diary/2", "")
		if left := webtest.JSON[[]entry.Entry](t, c.Want(http.StatusOK, "GET", "/entry/", "")); len(left) != 1 || left[0].ID != 1 {
			t.Errorf("these are left: %+v", left)
		}
	})
}

func TestDatabaseRefusesWhatTheServiceCouldNotRead(t *testing.T) {
	each(t, func(t *testing.T, c *webtest.Client, db *database.DB) {
		c.Want(http.StatusCreated, "POST", "/entry/", body)
		for _, invalid := range []string{
			"owner = null",
			"diary = 77",
			"diary = null",
			"earlier = 77",
			"shelf = 77",
			"text = ''",
			"text = null",
			"number = 100000",
			"number = null",
			"day = 'infinity'",
			"day = null",
			"mood = '?'",
			"mood = null",
			"written = 'infinity'",
			"written = null",
		} {
			if _, err := db.ExecContext(t.Context(), "update entry set "+invalid); err == nil || !strings.Contains(strings.ToLower(err.Error()), "constraint") {
				t.Errorf("%s: %v, want the violation of a constraint", invalid, err)
			}
		}
	})
}

func TestFixtureIsRefusedLikeABody(t *testing.T) {
	each(t, func(t *testing.T, _ *webtest.Client, db *database.DB) {
		for name, fields := range map[string]string{
			"no-field": webtest.With(t, record, "no-field", 1), "text": webtest.With(t, record, "text", 1),
		} {
			row := fmt.Sprintf(`[{"model": "entry", "pk": 1, "fields": %s}]`, fields)
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
			rows[i] = fmt.Sprintf(`  {"model": "entry", "pk": %d, "fields": %s}`, i+1, webtest.Another(t, record, "number"))
		}
		fixture := "[\n" + strings.Join(rows, ",\n") + "\n]\n"
		for range 2 {
			if err := fixturetest.Load(t, db, resources, fixture); err != nil {
				t.Fatal(err)
			}
			if dump := fixturetest.Dump(t, db, resources); !fixturetest.HasRows(t, dump, fixture) {
				t.Fatalf("the dump differs from the fixture: %.300s", dump)
			}
			c.Want(http.StatusOK, "PATCH", "/entry/1", webtest.With(t, "{}", "text", "Good morning"))
		}
	})
}

func TestDumpKeepsEveryColumn(t *testing.T) {
	fixturetest.KeepsEveryColumn(t, resources)
}
