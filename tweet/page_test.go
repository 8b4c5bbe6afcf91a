package tweet_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"example.com/templatesite/internal/web/webtest"
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
			next, _ = strings.CutSuffix(strings.TrimPrefix(link, "<http://example.com"), `>; rel="next"`)
		}
		if pages != 3 || len(got) != tweets || got[0] != "0" || got[24] != "24" {
			t.Errorf("%d pages with %v", pages, got)
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
			"limit=1&limit=2":           http.StatusUnprocessableEntity, "after=1&limit=1&after=1": http.StatusUnprocessableEntity,
			"limit=%zz": http.StatusBadRequest, "%": http.StatusBadRequest, "limit=1;after=1": http.StatusBadRequest,
			"limit=%C0%AF": http.StatusUnprocessableEntity, "limit=1%00": http.StatusUnprocessableEntity, "other=1&other=2": http.StatusOK,
		} {
			c.Want(want, "GET", "/tweet/?"+query, "")
		}
		if body := c.Want(http.StatusOK, "GET", "/tweet/?after=5", "").Body; body != "[]\n" {
			t.Errorf("an empty page is %q", body)
		}
	})
}
