package web_test

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

func TestQueryIsStrictAndAnErrorNamesTheParameter(t *testing.T) {
	sampletest.Each(t, func(t *testing.T, c *webtest.Client, _ *database.DB) {
		for query, location := range map[string]string{
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
				if location == "" {
					c.Want(http.StatusOK, "GET", path+"?"+query, "")
					continue
				}
				wantInvalid(t, c, "GET", path+"?"+query, "", location)
			}
		}
		for method, body := range map[string]string{"GET": "", "PUT": book, "PATCH": "{}", "DELETE": ""} {
			wantInvalid(t, c, method, "/book/1?forse=true", body, "query.forse")
		}
		wantInvalid(t, c, "GET", "/?x=1", "", "query.x")
	})
}

func TestQueryWithManyUnknownParametersGetsAShortAnswer(t *testing.T) {
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

func TestBooleanFilterDistinguishesTrueFalseAndAbsent(t *testing.T) {
	sampletest.Each(t, func(t *testing.T, c *webtest.Client, _ *database.DB) {
		for query, want := range map[string]string{"": "[2 1]", "?listed=true": "[1]", "?listed=false": "[2]", "?listed=false&shelf=2": "[]", "?shelf=1": "[2 1]"} {
			if got := fmt.Sprint(ids(t, c.Want(http.StatusOK, "GET", "/book/"+query, ""))); got != want {
				t.Errorf("%q lists %v, want %v", query, got, want)
			}
		}
	})
}
