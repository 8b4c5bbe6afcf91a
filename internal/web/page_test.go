package web_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"example.com/templatesite/internal/database"
	"example.com/templatesite/internal/sampletest"
	"example.com/templatesite/internal/webtest"
)

// ids returns the ids of the items of a page.
func ids(t *testing.T, page webtest.Response) []int64 {
	t.Helper()
	all := []int64{}
	for _, item := range webtest.JSON[[]struct{ ID int64 }](t, page) {
		all = append(all, item.ID)
	}
	return all
}

// addShelves creates shelves 2 to last; shelf 1 is a fixture.
func addShelves(t *testing.T, c *webtest.Client, last int) {
	t.Helper()
	for range last - 1 {
		c.Want(http.StatusCreated, "POST", "/shelf/", `{"name":"Travel","room":"Attic"}`)
	}
}

// walk follows links from page to page and returns the ids of each page.
func walk(t *testing.T, c *webtest.Client, target string, relations ...string) (pages, end string) {
	t.Helper()
	for _, relation := range relations {
		page := c.Want(http.StatusOK, "GET", target, "")
		pages += fmt.Sprint(ids(t, page))
		target = webtest.Linked(page, relation)
	}
	return pages, target
}

func TestNextLinksVisitEveryItemOnceInOrder(t *testing.T) {
	sampletest.Each(t, func(t *testing.T, c *webtest.Client, _ *database.DB) {
		addShelves(t, c, 25)
		var got []int64
		pages := 0
		for next := "/shelf/?limit=10&format=json"; next != ""; pages++ {
			page := c.Want(http.StatusOK, "GET", next, "")
			got = append(got, ids(t, page)...)
			link := page.Header.Get("Link")
			if link != "" && !strings.Contains(link, "format=json") {
				t.Errorf("Link = %s: it lost a parameter", link)
			}
			next = webtest.Linked(page, "next")
		}
		for i, id := range got {
			if id != int64(i+1) {
				t.Errorf("item %d has the id %d", i+1, id)
			}
		}
		if pages != 3 || len(got) != 25 {
			t.Errorf("%d pages with %v", pages, got)
		}
	})
}

func TestPrevLinksLeadBackThroughTheSamePages(t *testing.T) {
	sampletest.Each(t, func(t *testing.T, c *webtest.Client, _ *database.DB) {
		addShelves(t, c, 7)
		pages, end := walk(t, c, "/shelf/?limit=3", "next", "next", "prev", "prev", "next")
		if pages != "[1 2 3][4 5 6][7][4 5 6][1 2 3]" || end != "/shelf/?after=3&limit=3" {
			t.Errorf("the pages are %s, and the last link leads to %s", pages, end)
		}
		first := c.Want(http.StatusOK, "GET", "/shelf/?before=4&limit=3", "")
		if webtest.Linked(first, "prev") != "" {
			t.Errorf("the first page has a previous one: %s", first.Header.Get("Link"))
		}
	})
}

func TestPrevLinksOfADescendingListSkipNothing(t *testing.T) {
	sampletest.Each(t, func(t *testing.T, c *webtest.Client, _ *database.DB) {
		for range 3 {
			c.Want(http.StatusCreated, "POST", "/book/", book)
		}
		pages, _ := walk(t, c, "/book/?limit=2", "next", "next", "prev", "prev", "next")
		if want := "[5 4][3 2][1][3 2][5 4]"; pages != want {
			t.Errorf("the pages are %s, want %s", pages, want)
		}
		c.Want(http.StatusNoContent, "DELETE", "/book/1", "")
		pages, _ = walk(t, c, "/book/?after=2&limit=2", "prev", "next")
		if want := "[][3 2]"; pages != want {
			t.Errorf("after the last item, the pages are %s, want %s", pages, want)
		}
		if link := c.Want(http.StatusOK, "GET", "/book/?after=1", "").Header.Get("Link"); link != "" {
			t.Errorf("after the id 1 there are links: %s", link)
		}
	})
}

func TestPageAfterTheLastItemLeadsBack(t *testing.T) {
	sampletest.Each(t, func(t *testing.T, c *webtest.Client, _ *database.DB) {
		for _, after := range []string{"1", "9223372036854775807"} {
			if pages, _ := walk(t, c, "/shelf/?after="+after, "prev", "next"); pages != "[][1]" {
				t.Errorf("after %s, the pages are %s, want [][1]", after, pages)
			}
		}
	})
}

func TestPageThatIsExactlyFullHasNoNext(t *testing.T) {
	sampletest.Each(t, func(t *testing.T, c *webtest.Client, _ *database.DB) {
		addShelves(t, c, 2)
		for _, path := range []string{"/shelf/", "/book/"} {
			if link := c.Want(http.StatusOK, "GET", path+"?limit=2", "").Header.Get("Link"); link != "" {
				t.Errorf("%s: Link = %s", path, link)
			}
		}
	})
}

func TestPageParametersAreBounded(t *testing.T) {
	sampletest.Each(t, func(t *testing.T, c *webtest.Client, _ *database.DB) {
		for query, want := range map[string]int{
			"limit=1000": http.StatusOK, "limit=1001": http.StatusUnprocessableEntity,
			"limit=0": http.StatusUnprocessableEntity, "limit=x": http.StatusUnprocessableEntity,
			"after=-1": http.StatusUnprocessableEntity, "after=9223372036854775807": http.StatusOK,
			"after=9223372036854775808": http.StatusUnprocessableEntity,
			"before=0":                  http.StatusUnprocessableEntity, "before=9223372036854775807": http.StatusOK,
			"after=&before=3": http.StatusUnprocessableEntity, "after=1&before=3": http.StatusUnprocessableEntity, "before=3&before=3": http.StatusUnprocessableEntity,
			"limit=1&limit=2": http.StatusUnprocessableEntity, "after=1&limit=1&after=1": http.StatusUnprocessableEntity,
			"limit=%zz": http.StatusBadRequest, "%": http.StatusBadRequest, "limit=1;after=1": http.StatusBadRequest,
			"limit=%C0%AF": http.StatusUnprocessableEntity, "limit=1%00": http.StatusUnprocessableEntity, "other=1": http.StatusUnprocessableEntity,
		} {
			for _, path := range []string{"/shelf/", "/book/", "/shelf/1/book/"} {
				c.Want(want, "GET", path+"?"+query, "")
			}
		}
		if body := c.Want(http.StatusOK, "GET", "/shelf/?after=5", "").Body; body != "[]\n" {
			t.Errorf("an empty page is %q", body)
		}
	})
}
