package main

import (
	"net/http"
	"strings"
	"testing"

	"example.com/templatesite/internal/browsertest"
)

func TestRequestsCanBeTriedOnTheDocumentsPage(t *testing.T) {
	t.Parallel()
	s := startService(t, nil)
	tab := browsertest.Start(t).Open(t, s.url)
	tab.Visit("/docs#/tweet/create-tweet")
	tab.Want("List tweets", "Readiness")
	tab.Click("Try it out")
	tab.Type("textarea.body-param__text", `{"text": "Tried on the page"}`)
	tab.Click("Execute")
	if status := tab.Text(".live-responses-table tbody .response-col_status"); !strings.HasPrefix(status, "201") {
		t.Errorf("the page shows the status %q", status)
	}
	if tweet := s.do("GET", "/tweet/3", ""); tweet.status != http.StatusOK || !strings.Contains(tweet.body, "Tried on the page") {
		t.Errorf("GET /tweet/3 = %d %s", tweet.status, tweet.body)
	}
}
