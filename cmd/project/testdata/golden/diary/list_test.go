package diary_test

import (
	"net/http"
	"net/url"
	"testing"

	"example.com/templatesite/cmd/project/testdata/golden/diary"
	"example.com/templatesite/internal/database"
	"example.com/templatesite/internal/databasetest"
	"example.com/templatesite/internal/web"
	"example.com/templatesite/internal/webtest"
)

func TestEveryOrderVisitsEveryRowOnce(t *testing.T) {
	each(t, func(t *testing.T, c *webtest.Client, _ *database.DB) {
		for _, sent := range []string{body, other, body} {
			c.Want(http.StatusCreated, "POST", "/diary/", sent)
		}
		for _, sort := range []string{"id"} {
			webtest.WantSorted(t, c, "/diary/", sort)
		}
	})
}

func TestEveryOrderHasAnIndex(t *testing.T) {
	each(t, func(t *testing.T, c *webtest.Client, db *database.DB) {
		for _, sent := range []string{body, other} {
			c.Want(http.StatusCreated, "POST", "/diary/", sent)
		}
		for _, sort := range []string{"id", "-id"} {
			next, err := url.Parse(webtest.Linked(c.Want(http.StatusOK, "GET", "/diary/?limit=1&sort="+sort, ""), "next"))
			if err != nil {
				t.Fatal(err)
			}
			for _, cursor := range []string{"", next.Query().Get("after")} {
				in := diary.ListInput{Sort: sort, SortedInput: web.SortedInput{Limit: 1, After: cursor}}
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
			c.Want(http.StatusCreated, "POST", "/diary/", body)
		}
		page := c.Want(http.StatusOK, "GET", "/diary/?limit=1", "", "Prefer: count=exact")
		if page.Header.Get("Total-Count") != "3" || page.Header.Get("Preference-Applied") != "count=exact" {
			t.Errorf("the header is %v, want a total of 3", page.Header)
		}
	})
}
