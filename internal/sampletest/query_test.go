package sampletest_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"example.com/templatesite/internal/database"
	"example.com/templatesite/internal/sampletest"
	"example.com/templatesite/internal/web"
	"example.com/templatesite/internal/webtest"
)

func TestQueryIsTakenAsItIsMeantOrRefusedWithTheParameter(t *testing.T) {
	sampletest.Each(t, func(t *testing.T, c *webtest.Client, _ *database.DB) {
		for query, place := range map[string]string{
			"":                            "",
			"status=reading":              "",
			"listed=true&status=reading":  "",
			"shelf=1&listed=false&&":      "",
			"format=json&limit=10":        "",
			"listed=true&listed=false":    "query.listed",
			"listed=1":                    "query.listed",
			"listed=TRUE":                 "query.listed",
			"listed=":                     "query.listed",
			"listed":                      "query.listed",
			"status=unread&status=unread": "query.status",
			"status=":                     "query.status",
			"status=Reading":              "query.status",
			"sttaus=reading":              "query.sttaus",
			"Status=reading":              "query.Status",
			"utm_source=x":                "query.utm_source",
			"limit=":                      "query.limit",
			"limit=01":                    "query.limit",
			"limit=%2B1":                  "query.limit",
			"limit=%30%31":                "query.limit",
			"limit=1_0":                   "query.limit",
			"lim%69t=1&limit=1":           "query.limit",
			"after=-0":                    "query.after",
			"shelf=+1":                    "query.shelf",
			"format=xml":                  "query.format",
			"format=json&format=html":     "query.format",
			"%00=1":                       "query.\x00",
		} {
			for _, path := range []string{"/book/", "/shelf/1/book/"} {
				if path != "/book/" && (strings.Contains(query, "listed") || strings.Contains(query, "shelf")) {
					continue
				}
				if place == "" {
					c.Want(http.StatusOK, "GET", path+"?"+query, "")
					continue
				}
				invalid(t, c, "GET", path+"?"+query, "", place)
			}
		}
		for method, body := range map[string]string{"GET": "", "PUT": "{" + emma + "}", "PATCH": "{}", "DELETE": ""} {
			invalid(t, c, method, "/book/1?forse=true", body, "query.forse")
		}
		invalid(t, c, "GET", "/?x=1", "", "query.x")
	})
}

func TestQueryOfManyUnknownParametersIsAnsweredBriefly(t *testing.T) {
	t.Parallel()
	var query strings.Builder
	for i := range 5000 {
		fmt.Fprintf(&query, "&x%d=1", i)
	}
	answer := sampletest.New(t).Want(http.StatusUnprocessableEntity, "GET", "/book/?"+query.String(), "")
	problem := webtest.JSON[web.Problem](t, answer)
	if len(problem.Errors) != 21 || problem.Errors[20].Message != "and 4980 more" {
		t.Errorf("%d errors: %s", len(problem.Errors), answer.Body)
	}
}

func TestBooleanFilterShowsWhatIsTrueOrFalseOrAll(t *testing.T) {
	sampletest.Each(t, func(t *testing.T, c *webtest.Client, _ *database.DB) {
		for query, want := range map[string]string{"": "[2 1]", "?listed=true": "[1]", "?listed=false": "[2]", "?listed=false&shelf=2": "[]", "?shelf=1": "[2 1]"} {
			if got := fmt.Sprint(ids(t, c.Want(http.StatusOK, "GET", "/book/"+query, ""))); got != want {
				t.Errorf("%q shows %v, want %v", query, got, want)
			}
		}
	})
}

func TestNestedRouteHasOneAddress(t *testing.T) {
	sampletest.Each(t, func(t *testing.T, c *webtest.Client, _ *database.DB) {
		for shelf, want := range map[string]int{
			"1": http.StatusOK, "2": http.StatusNotFound, "01": http.StatusUnprocessableEntity, "+1": http.StatusUnprocessableEntity,
			"-0": http.StatusUnprocessableEntity, "x": http.StatusUnprocessableEntity, "9223372036854775808": http.StatusUnprocessableEntity,
		} {
			answer := c.Want(want, "GET", "/shelf/"+shelf+"/book/", "")
			if problem := webtest.JSON[any](t, answer); want == http.StatusUnprocessableEntity && !strings.Contains(fmt.Sprint(problem), "path.shelf") {
				t.Errorf("%s: %s", shelf, answer.Body)
			}
		}
	})
}

func ids(t *testing.T, answer webtest.Answer) []int64 {
	t.Helper()
	all := []int64{}
	for _, book := range webtest.JSON[[]sampletest.Book](t, answer) {
		all = append(all, book.ID)
	}
	return all
}

func TestPagesOfADescendingListSkipNothingOnTheWayBack(t *testing.T) {
	sampletest.Each(t, func(t *testing.T, c *webtest.Client, _ *database.DB) {
		for range 3 {
			c.Want(http.StatusCreated, "POST", "/book/", "{"+emma+"}")
		}
		way, at := "", "/book/?limit=2"
		for _, rel := range []string{"next", "next", "prev", "prev", "next"} {
			page := c.Want(http.StatusOK, "GET", at, "")
			way += fmt.Sprint(ids(t, page))
			at = linked(page.Header.Get("Link"), rel)
		}
		if want := "[5 4][3 2][1][3 2][5 4]"; way != want {
			t.Errorf("the way is %s, want %s", way, want)
		}
		c.Want(http.StatusNoContent, "DELETE", "/book/1", "")
		behind := c.Want(http.StatusOK, "GET", "/book/?after=2&limit=2", "")
		back := linked(behind.Header.Get("Link"), "prev")
		if got := fmt.Sprint(ids(t, behind), ids(t, c.Want(http.StatusOK, "GET", back, ""))); got != "[] [3 2]" {
			t.Errorf("behind the end and back are %s, want [] [3 2]", got)
		}
		if link := c.Want(http.StatusOK, "GET", "/book/?after=1", "").Header.Get("Link"); link != "" {
			t.Errorf("behind the last id there is: %s", link)
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
