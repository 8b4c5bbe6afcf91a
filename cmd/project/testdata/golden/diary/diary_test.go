package diary_test

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"example.com/templatesite/cmd/project/testdata/golden/diary"
	"example.com/templatesite/internal/database"
	"example.com/templatesite/internal/databasetest"
	"example.com/templatesite/internal/fixturetest"
	"example.com/templatesite/internal/web"
	"example.com/templatesite/internal/webtest"
)

var resources = []web.Resource{diary.Resource()}

// body is a valid body with every field that a client may set.
const body = `{"title":"Hello, world"}`

// other is a valid body with other values.
const other = `{"title":"Good morning"}`

// record is a row in a fixture.
const record = `{"owner":"","title":"Hello, world"}`

// each runs test on every engine, with a client of the API on a database without diaries.
func each(t *testing.T, test func(t *testing.T, c *webtest.Client, db *database.DB)) {
	databasetest.Each(t, resources, func(t *testing.T, db *database.DB) {
		test(t, webtest.NewAPI(t, diary.Resource(), db), db)
	})
}

func TestDiaryIsCreatedReadListedAndDeleted(t *testing.T) {
	each(t, func(t *testing.T, c *webtest.Client, _ *database.DB) {
		answer := c.Want(http.StatusCreated, "POST", "/diary/", body)
		created := webtest.JSON[diary.Diary](t, answer)
		if created.ID != 1 || created.Href != "http://example.org/diary/1" || answer.Header.Get("Location") != created.Href {
			t.Errorf("created %+v", created)
		}
		if read := c.Want(http.StatusOK, "GET", "/diary/1", ""); read.Body != answer.Body {
			t.Errorf("read %s, created %s", read.Body, answer.Body)
		}
		c.Want(http.StatusCreated, "POST", "/diary/", body)
		if list := webtest.JSON[[]diary.Diary](t, c.Want(http.StatusOK, "GET", "/diary/", "")); len(list) != 2 || list[1].ID != 2 {
			t.Errorf("listed %+v", list)
		}
		c.Want(http.StatusNoContent, "DELETE", "/diary/1", "")
		c.Want(http.StatusNotFound, "GET", "/diary/1", "")
	})
}

func TestEveryFieldIsKeptAsItWasSent(t *testing.T) {
	each(t, func(t *testing.T, c *webtest.Client, _ *database.DB) {
		want := webtest.JSON[map[string]any](t, webtest.Response{Body: body})
		got := webtest.JSON[map[string]any](t, c.Want(http.StatusCreated, "POST", "/diary/", body))
		for name, value := range want {
			if got[name] != value {
				t.Errorf("%s became %v, want %v", name, got[name], value)
			}
		}
	})
}

func TestPatchChangesOneFieldAndReplacementAll(t *testing.T) {
	each(t, func(t *testing.T, c *webtest.Client, _ *database.DB) {
		original := webtest.JSON[map[string]any](t, c.Want(http.StatusCreated, "POST", "/diary/", body))
		for name, value := range webtest.JSON[map[string]any](t, webtest.Response{Body: other}) {
			want := maps.Clone(original)
			want[name] = value
			patched := webtest.JSON[map[string]any](t, c.Want(http.StatusOK, "PATCH", "/diary/1", webtest.With(t, "{}", name, value)))
			if diff := cmp.Diff(want, patched); diff != "" {
				t.Errorf("patched %s: %s", name, diff)
			}
			replaced := webtest.JSON[map[string]any](t, c.Want(http.StatusOK, "PUT", "/diary/1", body))
			if diff := cmp.Diff(original, replaced); diff != "" {
				t.Errorf("replaced after a change of %s: %s", name, diff)
			}
		}
	})
}

func TestInvalidValueIsRefusedAtItsPlace(t *testing.T) {
	invalid := map[string][]any{
		"title": {strings.Repeat("x", 81), 1, strings.Repeat("x", 0)},
	}
	each(t, func(t *testing.T, c *webtest.Client, _ *database.DB) {
		for name, values := range invalid {
			for _, value := range values {
				problem := webtest.JSON[web.Problem](t, c.Want(http.StatusUnprocessableEntity, "POST", "/diary/", webtest.With(t, body, name, value)))
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
		"title": {strings.Repeat("ü", 1), strings.Repeat("ü", 80)},
	}
	each(t, func(t *testing.T, c *webtest.Client, _ *database.DB) {
		for name, values := range limits {
			for _, value := range values {
				c.Want(http.StatusCreated, "POST", "/diary/", webtest.With(t, body, name, value))
			}
		}
	})
}

func TestRequiredFieldsMustBeThere(t *testing.T) {
	each(t, func(t *testing.T, c *webtest.Client, _ *database.DB) {
		for _, name := range []string{"title"} {
			for _, incomplete := range []string{webtest.Without(t, body, name), webtest.With(t, body, name, nil)} {
				problem := webtest.JSON[web.Problem](t, c.Want(http.StatusUnprocessableEntity, "POST", "/diary/", incomplete))
				if !strings.Contains(fmt.Sprint(problem.Errors), name) {
					t.Errorf("%s: no error names the field: %+v", incomplete, problem.Errors)
				}
			}
		}
	})
}

func TestFieldsOfTheServiceCannotBeSet(t *testing.T) {
	each(t, func(t *testing.T, c *webtest.Client, _ *database.DB) {
		for name, value := range map[string]any{"id": 7, "href": "http://example.org/", "version": 1, "no-field": "", "owner": "ada"} {
			c.Want(http.StatusUnprocessableEntity, "POST", "/diary/", webtest.With(t, body, name, value))
		}
	})
}

func TestRowThatDoesNotExistIsNotFound(t *testing.T) {
	each(t, func(_ *testing.T, c *webtest.Client, _ *database.DB) {
		for method, sent := range map[string]string{"GET": "", "PUT": body, "PATCH": body, "DELETE": ""} {
			c.Want(http.StatusNotFound, method, "/diary/1", sent)
		}
	})
}

func TestChangeOfAnOlderVersionIsRefused(t *testing.T) {
	each(t, func(_ *testing.T, c *webtest.Client, _ *database.DB) {
		old := c.Want(http.StatusCreated, "POST", "/diary/", body).Header.Get("ETag")
		c.Want(http.StatusNotModified, "GET", "/diary/1", "", "If-None-Match: "+old)
		c.Want(http.StatusOK, "PUT", "/diary/1", other, "If-Match: "+old)
		for method, sent := range map[string]string{"PUT": body, "PATCH": body, "DELETE": ""} {
			c.Want(http.StatusPreconditionFailed, method, "/diary/1", sent, "If-Match: "+old)
		}
	})
}

func TestDatabaseRefusesWhatTheServiceCouldNotRead(t *testing.T) {
	each(t, func(t *testing.T, c *webtest.Client, db *database.DB) {
		c.Want(http.StatusCreated, "POST", "/diary/", body)
		for _, invalid := range []string{
			"owner = null",
			"title = ''",
			"title = null",
		} {
			if _, err := db.ExecContext(t.Context(), "update diary set "+invalid); err == nil || !strings.Contains(strings.ToLower(err.Error()), "constraint") {
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
			row := fmt.Sprintf(`[{"model": "diary", "pk": 1, "fields": %s}]`, fields)
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
			rows[i] = fmt.Sprintf(`  {"model": "diary", "pk": %d, "fields": %s}`, i+1, record)
		}
		fixture := "[\n" + strings.Join(rows, ",\n") + "\n]\n"
		for range 2 {
			if err := fixturetest.Load(t, db, resources, fixture); err != nil {
				t.Fatal(err)
			}
			if dump := fixturetest.Dump(t, db, resources); !strings.Contains(dump, strings.Join(rows, ",\n")) {
				t.Fatalf("the dump differs from the fixture: %.300s", dump)
			}
			c.Want(http.StatusOK, "PATCH", "/diary/1", webtest.With(t, "{}", "title", "Good morning"))
		}
	})
}

func TestDumpKeepsEveryColumn(t *testing.T) {
	fixturetest.KeepsEveryColumn(t, resources)
}
