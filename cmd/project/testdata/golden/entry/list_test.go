package entry_test

import (
	"net/http"
	"net/url"
	"slices"
	"testing"

	"example.com/templatesite/cmd/project/testdata/golden/entry"
	"example.com/templatesite/internal/database"
	"example.com/templatesite/internal/databasetest"
	"example.com/templatesite/internal/web"
	"example.com/templatesite/internal/webtest"
)

func TestFiltersSelectRows(t *testing.T) {
	// The first row has the values of body, the second those of other.
	filters := []struct {
		query string
		want  []int64
	}{
		{"diary=1", []int64{1, 2}},
		{"earlier=1", []int64{1, 2}},
		{"shelf=1", []int64{1, 2}},
		{"number=3", []int64{1}},
		{"number_min=3", []int64{1, 2}},
		{"number_max=3", []int64{1}},
		{"day=2017-07-30", []int64{1, 2}},
		{"day_min=2017-07-30", []int64{1, 2}},
		{"day_max=2017-07-30", []int64{1, 2}},
		{"mood=bad", []int64{1}},
		{"mood=bad%2Cgood", []int64{1, 2}},
		{"written_min=0001-01-01T00:00:00Z", []int64{1, 2}},
		{"written_max=9999-12-31T00:00:00Z", []int64{1, 2}},
	}
	each(t, func(t *testing.T, c *webtest.Client, _ *database.DB) {
		for _, sent := range []string{body, webtest.Another(t, other, "number")} {
			c.Want(http.StatusCreated, "POST", "/entry/", sent)
		}
		for _, filter := range filters {
			var ids []int64
			for _, found := range webtest.JSON[[]entry.Entry](t, c.Want(http.StatusOK, "GET", "/entry/?"+filter.query, "")) {
				ids = append(ids, found.ID)
			}
			if !slices.Equal(ids, filter.want) {
				t.Errorf("%s selects %v, want %v", filter.query, ids, filter.want)
			}
		}
	})
}

func TestEveryOrderVisitsEveryRowOnce(t *testing.T) {
	each(t, func(t *testing.T, c *webtest.Client, _ *database.DB) {
		for _, sent := range []string{webtest.Another(t, body, "number"), webtest.Another(t, other, "number"), webtest.Without(t, webtest.Another(t, body, "number"), "earlier"), webtest.Without(t, webtest.Another(t, body, "number"), "shelf"), webtest.Another(t, body, "number")} {
			c.Want(http.StatusCreated, "POST", "/entry/", sent)
		}
		for _, sort := range []string{"id", "diary", "earlier", "number", "day", "mood", "written", "text"} {
			webtest.WantSorted(t, c, "/entry/", sort)
		}
	})
}

func TestEveryOrderHasAnIndex(t *testing.T) {
	each(t, func(t *testing.T, c *webtest.Client, db *database.DB) {
		for _, sent := range []string{body, webtest.Another(t, other, "number")} {
			c.Want(http.StatusCreated, "POST", "/entry/", sent)
		}
		for _, sort := range []string{"id", "-id", "diary", "-diary", "earlier", "-earlier", "number", "-number", "day", "-day", "mood", "-mood", "written", "-written", "text", "-text"} {
			next, err := url.Parse(webtest.Linked(c.Want(http.StatusOK, "GET", "/entry/?limit=1&sort="+sort, ""), "next"))
			if err != nil {
				t.Fatal(err)
			}
			for _, cursor := range []string{"", next.Query().Get("after")} {
				in := entry.ListInput{Sort: sort, SortedInput: web.SortedInput{Limit: 1, After: cursor}}
				find, err := in.Statement(web.Owner{Name: "ada"})
				if err != nil {
					t.Fatal(err)
				}
				query, arguments := find.SQL()
				databasetest.WantIndexOf(t, db, "owner", query, arguments...)
			}
		}
	})
}

func TestTotalIsThereWhenItIsPreferred(t *testing.T) {
	each(t, func(t *testing.T, c *webtest.Client, _ *database.DB) {
		for range 3 {
			c.Want(http.StatusCreated, "POST", "/entry/", webtest.Another(t, body, "number"))
		}
		page := c.Want(http.StatusOK, "GET", "/entry/?limit=1", "", "Prefer: count=exact")
		if page.Header.Get("Total-Count") != "3" || page.Header.Get("Preference-Applied") != "count=exact" {
			t.Errorf("the header is %v, want a total of 3", page.Header)
		}
	})
}
