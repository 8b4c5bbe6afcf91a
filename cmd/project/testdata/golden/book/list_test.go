package book_test

import (
	"net/http"
	"net/url"
	"slices"
	"testing"

	"example.com/templatesite/cmd/project/testdata/golden/book"
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
		{"serial=Hello%2C+world", []int64{1}},
		{"number=3", []int64{1}},
		{"number_min=3", []int64{1, 2}},
		{"number_max=3", []int64{1}},
		{"mail=ada%40example.org", []int64{1}},
		{"bought=2017-07-30", []int64{1}},
		{"bought_min=2017-07-30", []int64{1, 2}},
		{"bought_max=2017-07-30", []int64{1}},
		{"amount=3.005", []int64{1}},
		{"amount_min=3.005", []int64{1, 2}},
		{"amount_max=3.005", []int64{1}},
		{"copy=0b8f3f0e-3c1d-4a5e-9c62-5d2f1a7e4b01", []int64{1}},
		{"key=0b8f3f0e-3c1d-4a5e-9c62-5d2f1a7e4b01", []int64{1}},
		{"tag=0b8f3f0e-3c1d-4a5e-9c62-5d2f1a7e4b01", []int64{1}},
		{"currency=Hel", []int64{1, 2}},
		{"seen_min=2017-07-30T15%3A22%3A42Z", []int64{1, 2}},
		{"seen_max=2017-07-30T15%3A22%3A42Z", []int64{1, 2}},
		{"shelf=1", []int64{1, 2}},
		{"home=1", []int64{1, 2}},
		{"origin=1", []int64{1, 2}},
		{"title=Hello%2C+world", []int64{1}},
		{"price=3.05", []int64{1}},
		{"price_min=3.05", []int64{1}},
		{"price_max=3.05", []int64{1, 2}},
		{"rate=3.005", []int64{1}},
		{"rate_min=3.005", []int64{1}},
		{"rate_max=3.005", []int64{1, 2}},
		{"day=2017-07-30", []int64{1}},
		{"day_min=2017-07-30", []int64{1, 2}},
		{"day_max=2017-07-30", []int64{1}},
		{"until=2017-07-30", []int64{1}},
		{"until_min=2017-07-30", []int64{1, 2}},
		{"until_max=2017-07-30", []int64{1}},
		{"code=Hello%2C+world", []int64{1}},
		{"pages=3", []int64{1}},
		{"pages=3%2C4", []int64{1, 2}},
		{"pages_min=3", []int64{1, 2}},
		{"pages_max=3", []int64{1}},
		{"year=1900", []int64{1}},
		{"year=1900%2C1901", []int64{1, 2}},
		{"year_min=1900", []int64{1, 2}},
		{"year_max=1900", []int64{1}},
		{"zip=Hello", []int64{1}},
		{"score=3", []int64{1}},
		{"score=3%2C4", []int64{1, 2}},
		{"score_min=3", []int64{1, 2}},
		{"score_max=3", []int64{1}},
		{"rank=3", []int64{1}},
		{"rank=3%2C4", []int64{1, 2}},
		{"rank_min=3", []int64{1, 2}},
		{"rank_max=3", []int64{1}},
		{"done=true", []int64{1}},
		{"listed=true", []int64{1}},
		{"sold=true", []int64{1}},
		{"lent=true", []int64{1}},
		{"state=closed", []int64{1}},
		{"state=closed%2Copen", []int64{1, 2}},
		{"size=s", []int64{1}},
		{"size=s%2Cm", []int64{1, 2}},
		{"due_min=2017-07-30T15%3A22%3A42Z", []int64{1, 2}},
		{"due_max=2017-07-30T15%3A22%3A42Z", []int64{1}},
		{"starts_at_min=2017-07-30T15%3A22%3A42Z", []int64{1, 2}},
		{"starts_at_max=2017-07-30T15%3A22%3A42Z", []int64{1}},
		{"added_min=0001-01-01T00:00:00Z", []int64{1, 2}},
		{"added_max=9999-12-31T00:00:00Z", []int64{1, 2}},
		{"owner=ada%40example.org", []int64{1}},
		{"motto=Hello%2C+world", []int64{1}},
		{"site=https%3A%2F%2Fexample.org%2Fone", []int64{1}},
	}
	each(t, func(t *testing.T, c *webtest.Client, _ *database.DB) {
		for _, sent := range []string{body, webtest.Another(t, other, "serial", "number", "mail", "bought", "amount", "copy")} {
			c.Want(http.StatusCreated, "POST", "/book/", sent)
		}
		for _, filter := range filters {
			var ids []int64
			for _, found := range webtest.JSON[[]book.Book](t, c.Want(http.StatusOK, "GET", "/book/?"+filter.query, "")) {
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
		for _, sent := range []string{webtest.Another(t, body, "serial", "number", "mail", "bought", "amount", "copy"), webtest.Another(t, other, "serial", "number", "mail", "bought", "amount", "copy"), webtest.Without(t, webtest.Another(t, body, "serial", "number", "mail", "bought", "amount", "copy"), "mail"), webtest.Without(t, webtest.Another(t, body, "serial", "number", "mail", "bought", "amount", "copy"), "tag"), webtest.Without(t, webtest.Another(t, body, "serial", "number", "mail", "bought", "amount", "copy"), "rate"), webtest.Without(t, webtest.Another(t, body, "serial", "number", "mail", "bought", "amount", "copy"), "until"), webtest.Without(t, webtest.Another(t, body, "serial", "number", "mail", "bought", "amount", "copy"), "note"), webtest.Without(t, webtest.Another(t, body, "serial", "number", "mail", "bought", "amount", "copy"), "rank"), webtest.Without(t, webtest.Another(t, body, "serial", "number", "mail", "bought", "amount", "copy"), "lent"), webtest.Without(t, webtest.Another(t, body, "serial", "number", "mail", "bought", "amount", "copy"), "size"), webtest.Without(t, webtest.Another(t, body, "serial", "number", "mail", "bought", "amount", "copy"), "due"), webtest.Without(t, webtest.Another(t, body, "serial", "number", "mail", "bought", "amount", "copy"), "site"), webtest.Without(t, webtest.Another(t, body, "serial", "number", "mail", "bought", "amount", "copy"), "home"), webtest.Without(t, webtest.Another(t, body, "serial", "number", "mail", "bought", "amount", "copy"), "origin"), webtest.Another(t, body, "serial", "number", "mail", "bought", "amount", "copy")} {
			c.Want(http.StatusCreated, "POST", "/book/", sent)
		}
		for _, sort := range []string{"id", "serial", "number", "mail", "bought", "amount", "copy", "key", "tag", "currency", "seen", "shelf", "home", "origin", "title", "price", "rate", "day", "until", "code", "pages", "year", "zip", "score", "rank", "done", "listed", "sold", "state", "size", "due", "starts_at", "added", "owner", "motto"} {
			webtest.WantSorted(t, c, "/book/", sort)
		}
	})
}

func TestEveryOrderHasAnIndex(t *testing.T) {
	each(t, func(t *testing.T, c *webtest.Client, db *database.DB) {
		for _, sent := range []string{body, webtest.Another(t, other, "serial", "number", "mail", "bought", "amount", "copy")} {
			c.Want(http.StatusCreated, "POST", "/book/", sent)
		}
		for _, sort := range []string{"id", "-id", "serial", "-serial", "number", "-number", "mail", "-mail", "bought", "-bought", "amount", "-amount", "copy", "-copy", "key", "-key", "tag", "-tag", "currency", "-currency", "seen", "-seen", "shelf", "-shelf", "home", "-home", "origin", "-origin", "title", "-title", "price", "-price", "rate", "-rate", "day", "-day", "until", "-until", "code", "-code", "pages", "-pages", "year", "-year", "zip", "-zip", "score", "-score", "rank", "-rank", "done", "-done", "listed", "-listed", "sold", "-sold", "state", "-state", "size", "-size", "due", "-due", "starts_at", "-starts_at", "added", "-added", "owner", "-owner", "motto", "-motto"} {
			next, err := url.Parse(webtest.Linked(c.Want(http.StatusOK, "GET", "/book/?limit=1&sort="+sort, ""), "next"))
			if err != nil {
				t.Fatal(err)
			}
			for _, cursor := range []string{"", next.Query().Get("after")} {
				in := book.ListInput{Sort: sort, SortedInput: web.SortedInput{Limit: 1, After: cursor}}
				find, err := in.Statement()
				if err != nil {
					t.Fatal(err)
				}
				query, arguments := find.SQL()
				databasetest.WantIndex(t, db, query, arguments...)
			}
		}
	})
}

func TestTotalIsThereWhenItIsPreferred(t *testing.T) {
	each(t, func(t *testing.T, c *webtest.Client, _ *database.DB) {
		for range 3 {
			c.Want(http.StatusCreated, "POST", "/book/", webtest.Another(t, body, "serial", "number", "mail", "bought", "amount", "copy"))
		}
		page := c.Want(http.StatusOK, "GET", "/book/?limit=1", "", "Prefer: count=exact")
		if page.Header.Get("Total-Count") != "3" || page.Header.Get("Preference-Applied") != "count=exact" {
			t.Errorf("the header is %v, want a total of 3", page.Header)
		}
	})
}
