package diary_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"example.com/templatesite/cmd/project/testdata/golden/diary"
	"example.com/templatesite/internal/database"
	"example.com/templatesite/internal/fixturetest"
	"example.com/templatesite/internal/web"
	"example.com/templatesite/internal/webtest"
)

// callers are clients of one API: those of ada and of bob, who own rows, of an administrator, and of
// nobody.
type callers struct{ ada, bob, admin, nobody *webtest.Client }

// eachOwned runs test on every engine. Row 1 is ada's, row 2 is bob's, and they have the same values.
func eachOwned(t *testing.T, test func(t *testing.T, c callers, db *database.DB)) {
	each(t, func(t *testing.T, _ *webtest.Client, db *database.DB) {
		nobody := webtest.NewAskingAPI(t, diary.Resource(), db)
		c := callers{nobody.As("ada", "read", "write"), nobody.As("bob", "read", "write"), nobody.As("eve", "read", "write", "admin"), nobody}
		c.ada.Want(http.StatusCreated, "POST", "/diary/", body)
		c.bob.Want(http.StatusCreated, "POST", "/diary/", body)
		test(t, c, db)
	})
}

// ids returns the ids of a list.
func ids(t *testing.T, c *webtest.Client, query string) (all []int64) {
	t.Helper()
	for _, found := range webtest.JSON[[]diary.Diary](t, c.Want(http.StatusOK, "GET", "/diary/"+query, "")) {
		all = append(all, found.ID)
	}
	return all
}

func TestRowOfAnotherOwnerIsAsIfItDidNotExist(t *testing.T) {
	eachOwned(t, func(t *testing.T, c callers, _ *database.DB) {
		before := c.ada.Want(http.StatusOK, "GET", "/diary/1", "")
		etag := before.Header.Get("ETag")
		for method, sent := range map[string]string{"GET": "", "PUT": body, "PATCH": "{}", "DELETE": ""} {
			for _, condition := range []string{"", "If-Match: " + etag, "If-None-Match: " + etag, "If-Match: *", "If-None-Match: *"} {
				hidden := webtest.JSON[web.Problem](t, c.bob.Want(http.StatusNotFound, method, "/diary/1", sent, condition))
				absent := webtest.JSON[web.Problem](t, c.bob.Want(http.StatusNotFound, method, "/diary/777", sent, condition))
				if hidden.Title != absent.Title || hidden.Detail != absent.Detail {
					t.Errorf("%s, %s: %+v, and %+v for a row that does not exist", method, condition, hidden, absent)
				}
			}
		}
		if after := c.ada.Want(http.StatusOK, "GET", "/diary/1", ""); after.Body != before.Body || after.Header.Get("ETag") != etag {
			t.Errorf("%s has become %s", before.Body, after.Body)
		}
	})
}

func TestListHasTheRowsOfItsOwner(t *testing.T) {
	queries := []string{
		"", "limit=1",
	}
	eachOwned(t, func(t *testing.T, c callers, db *database.DB) {
		for owner, want := range map[web.Owner]int{{Name: "bob"}: 1, {Name: "eve"}: 0, {Name: "eve", Everyone: true}: 2} {
			if found, err := diary.NewStore(db.DB).List(t.Context(), owner, 0, 10); len(found) != want || err != nil {
				t.Errorf("the store has %+v for %+v, %v", found, owner, err)
			}
		}
		for _, query := range queries {
			if ada, bob := ids(t, c.ada, "?"+query), ids(t, c.bob, "?"+query); !slices.Equal(ada, []int64{1}) || !slices.Equal(bob, []int64{2}) {
				t.Errorf("%s has the rows %v for ada and %v for bob", query, ada, bob)
			}
			page := c.bob.Want(http.StatusOK, "GET", "/diary/?"+query, "", "Prefer: count=exact")
			if total := page.Header.Get("Total-Count"); total != "1" || webtest.Linked(page, "next") != "" {
				t.Errorf("%s has a total of %s and the links %s", query, total, page.Header.Get("Link"))
			}
		}
	})
}

func TestEveryPageHasTheRowsOfItsOwner(t *testing.T) {
	eachOwned(t, func(t *testing.T, c callers, _ *database.DB) {
		c.ada.Want(http.StatusCreated, "POST", "/diary/", body)
		c.bob.Want(http.StatusCreated, "POST", "/diary/", body)
		for _, sort := range []string{"id"} {
			webtest.WantSorted(t, c.bob, "/diary/", sort)
			for _, order := range []string{sort, "-" + sort} {
				for target := "/diary/?limit=1&sort=" + order; target != ""; { // which also begins after rows of ada
					for _, found := range webtest.JSON[[]diary.Diary](t, c.bob.Want(http.StatusOK, "GET", target, "")) {
						if found.Owner != "bob" {
							t.Errorf("%s shows bob %+v", target, found)
						}
					}
					target = webtest.Linked(c.admin.Want(http.StatusOK, "GET", target, ""), "next")
				}
			}
		}
	})
}

func TestAdministratorHasTheRowsOfEveryone(t *testing.T) {
	eachOwned(t, func(t *testing.T, c callers, _ *database.DB) {
		page := c.admin.Want(http.StatusOK, "GET", "/diary/", "", "Prefer: count=exact")
		if found := ids(t, c.admin, ""); !slices.Equal(found, []int64{1, 2}) || page.Header.Get("Total-Count") != "2" {
			t.Errorf("the list has the rows %v, and the header %v", found, page.Header)
		}
		changed := c.admin.Want(http.StatusOK, "PATCH", "/diary/1", webtest.With(t, "{}", "title", "Good morning"))
		if read := c.ada.Want(http.StatusOK, "GET", "/diary/1", ""); read.Body != changed.Body {
			t.Errorf("ada reads %s, after a change to %s", read.Body, changed.Body)
		}
		c.admin.Want(http.StatusNoContent, "DELETE", "/diary/2", "")
		c.bob.Want(http.StatusNotFound, "GET", "/diary/2", "")
		created := webtest.JSON[diary.Diary](t, c.admin.Want(http.StatusCreated, "POST", "/diary/", body))
		if found := ids(t, c.ada, ""); created.Owner != "eve" || !slices.Equal(found, []int64{1}) {
			t.Errorf("an administrator creates %+v, and ada has %v", created, found)
		}
	})
}

func TestRowWithAnOwnerNeedsACaller(t *testing.T) {
	eachOwned(t, func(t *testing.T, c callers, db *database.DB) {
		for _, method := range []string{"GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"} {
			path := "/diary/1"
			if method == "POST" {
				path = "/diary/"
			}
			c.nobody.Want(http.StatusUnauthorized, method, path, "")
			c.nobody.As("ada", "admin").Want(http.StatusForbidden, method, path, "") // whose rows, but not what may be done
		}
		c.nobody.Want(http.StatusUnauthorized, "GET", "/diary/", "")
		off := webtest.NewAPI(t, diary.Resource(), db) // where nobody is asked, rows of callers are not shown
		off.Want(http.StatusNotFound, "GET", "/diary/1", "")
		if found := ids(t, off, ""); len(found) > 0 {
			t.Errorf("nobody sees the rows %v", found)
		}
	})
}

func TestFixtureSaysWhoseARowIs(t *testing.T) {
	eachOwned(t, func(t *testing.T, c callers, db *database.DB) {
		fields := webtest.With(t, record, "owner", "bob")
		if err := fixturetest.Load(t, db, resources, `[{"model": "diary", "pk": 7, "fields": `+fields+`}]`); err != nil {
			t.Fatal(err)
		}
		c.ada.Want(http.StatusNotFound, "GET", "/diary/7", "")
		c.bob.Want(http.StatusOK, "GET", "/diary/7", "")
		if dump := fixturetest.Dump(t, db, resources); strings.Count(dump, `"owner":"ada"`) < 1 || strings.Count(dump, `"owner":"bob"`) < 2 {
			t.Errorf("the dump is %s", dump)
		}
	})
}
