package tweet_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"example.com/templatesite/internal/webtest"
	"example.com/templatesite/tweet"
)

func TestPagesVisitEveryTweetOnceInOrder(t *testing.T) {
	each(t, func(t *testing.T, c *webtest.Client) {
		const tweets = 25
		for i := range tweets {
			c.Want(http.StatusCreated, "POST", "/tweet/", fmt.Sprintf(`{"text":"%d"}`, i))
		}
		var got []string
		pages := 0
		for next := "/tweet/?limit=10&format=json"; next != ""; pages++ {
			page := c.Want(http.StatusOK, "GET", next, "")
			for _, one := range webtest.JSON[[]tweet.Tweet](t, page) {
				got = append(got, one.Text)
			}
			link := page.Header.Get("Link")
			if link != "" && !strings.Contains(link, "format=json") {
				t.Errorf("Link = %s: it lost a parameter", link)
			}
			next = linked(link, "next")
		}
		if pages != 3 || len(got) != tweets || got[0] != "0" || got[24] != "24" {
			t.Errorf("%d pages with %v", pages, got)
		}
	})
}

// linked returns where a Link header leads, without the host.
func linked(header, rel string) string {
	for link := range strings.SplitSeq(header, ", ") {
		if target, ok := strings.CutSuffix(link, `>; rel="`+rel+`"`); ok {
			return strings.TrimPrefix(target, "<http://example.com")
		}
	}
	return ""
}

func TestPagesLeadBackTheWayTheyLedForth(t *testing.T) {
	each(t, func(t *testing.T, c *webtest.Client) {
		for i := range 7 {
			c.Want(http.StatusCreated, "POST", "/tweet/", fmt.Sprintf(`{"text":"%d"}`, i))
		}
		at, way := "/tweet/?limit=3", ""
		for _, rel := range []string{"next", "next", "prev", "prev", "next"} {
			page := c.Want(http.StatusOK, "GET", at, "")
			for _, one := range webtest.JSON[[]tweet.Tweet](t, page) {
				way += one.Text
			}
			way += " "
			at = linked(page.Header.Get("Link"), rel)
		}
		if way != "012 345 6 345 012 " || at != "/tweet/?after=3&limit=3" {
			t.Errorf("the way is %q and ends at %s", way, at)
		}
		link := c.Want(http.StatusOK, "GET", "/tweet/?before=4&limit=3", "").Header.Get("Link")
		if linked(link, "prev") != "" {
			t.Errorf("before the first page is another: %s", link)
		}
	})
}

func TestPageBehindTheLastTweetLeadsBack(t *testing.T) {
	each(t, func(t *testing.T, c *webtest.Client) {
		c.Want(http.StatusCreated, "POST", "/tweet/", `{"text":"x"}`)
		empty := c.Want(http.StatusOK, "GET", "/tweet/?after=1", "")
		back := c.Want(http.StatusOK, "GET", linked(empty.Header.Get("Link"), "prev"), "")
		c.Want(http.StatusOK, "GET", linked(c.Want(http.StatusOK, "GET", "/tweet/?after=9223372036854775807", "").Header.Get("Link"), "prev"), "")
		if got := webtest.JSON[[]tweet.Tweet](t, back); len(got) != 1 || got[0].Text != "x" {
			t.Errorf("back are %v", got)
		}
	})
}

func TestPageThatIsExactlyFullHasNoNext(t *testing.T) {
	each(t, func(t *testing.T, c *webtest.Client) {
		for range 2 {
			c.Want(http.StatusCreated, "POST", "/tweet/", `{"text":"x"}`)
		}
		if link := c.Want(http.StatusOK, "GET", "/tweet/?limit=2", "").Header.Get("Link"); link != "" {
			t.Errorf("Link = %s", link)
		}
	})
}

func TestPageParametersAreBounded(t *testing.T) {
	each(t, func(t *testing.T, c *webtest.Client) {
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
			c.Want(want, "GET", "/tweet/?"+query, "")
		}
		if body := c.Want(http.StatusOK, "GET", "/tweet/?after=5", "").Body; body != "[]\n" {
			t.Errorf("an empty page is %q", body)
		}
	})
}
