package systemtest

import (
	"fmt"
	"maps"
	"net/http"
	"strings"
	"testing"
)

type tweet struct {
	ID              int64
	Text, Timestamp string
	Href            string
}

func TestEveryListedTweetIsThere(t *testing.T) {
	t.Parallel()
	created := post(t, "to be listed")
	var newest []tweet
	get(t, fmt.Sprintf("%s/tweet/?after=%d", baseURL, created.ID-1), http.StatusOK, &newest)
	if len(newest) == 0 || newest[0] != created {
		t.Errorf("%+v is not in %+v", created, newest)
	}
	var oldest []tweet
	get(t, baseURL+"/tweet/?limit=20", http.StatusOK, &oldest)
	if len(oldest) == 0 {
		t.Error("there are no tweets")
	}
	for _, one := range append(oldest, created) {
		if strings.HasPrefix(one.Text, "passing") {
			continue // another test's, which may be gone by now
		}
		var got tweet
		get(t, one.Href, http.StatusOK, &got)
		if got != one {
			t.Errorf("%s is %+v, want %+v", one.Href, got, one)
		}
	}
}

// post creates a tweet that is deleted with the test.
func post(t *testing.T, text string) tweet {
	t.Helper()
	var created tweet
	call(t, "POST", baseURL+"/tweet/", `{"text":"`+text+`"}`, http.StatusCreated, &created)
	t.Cleanup(func() { call(t, "DELETE", created.Href, "", http.StatusNoContent, nil) })
	return created
}

func TestTweetLivesThroughAllOperations(t *testing.T) {
	t.Parallel()
	var created, changed tweet
	header := call(t, "POST", baseURL+"/tweet/", `{"text":"passing"}`, http.StatusCreated, &created)
	if header.Get("Location") != created.Href {
		t.Errorf("Location = %q, href = %q", header.Get("Location"), created.Href)
	}
	etag := header.Get("ETag")
	get(t, created.Href, http.StatusNotModified, nil, "If-None-Match: "+etag)
	call(t, "PUT", created.Href, `{"text":"passing, replaced"}`, http.StatusOK, &changed, "If-Match: "+etag)
	if changed.Text != "passing, replaced" || changed.Timestamp != created.Timestamp {
		t.Errorf("PUT made %+v of %+v", changed, created)
	}
	call(t, "PUT", created.Href, `{"text":"lost"}`, http.StatusPreconditionFailed, nil, "If-Match: "+etag)
	call(t, "PATCH", created.Href, `{"text":"passing, patched"}`, http.StatusOK, &changed)
	call(t, "DELETE", created.Href, "", http.StatusNoContent, nil)
	get(t, created.Href, http.StatusNotFound, nil)
}

func TestSameAddressIsAPageForABrowser(t *testing.T) {
	t.Parallel()
	created := post(t, "passing, as a page")
	for accept, want := range map[string]string{"text/html,*/*;q=0.8": "text/html; charset=utf-8", "*/*": "application/json"} {
		if got := get(t, created.Href, http.StatusOK, nil, "Accept: "+accept).Get("Content-Type"); got != want {
			t.Errorf("for %s it is %s", accept, got)
		}
	}
}

func TestHealthcheckIsOK(t *testing.T) {
	t.Parallel()
	var health map[string]any
	get(t, baseURL+"/healthcheck", http.StatusOK, &health)
	db, _ := health["db"].(map[string]any)
	if health["status"] != "ok" || !maps.Equal(db, map[string]any{"status": "ok"}) {
		t.Errorf("healthcheck = %v", health)
	}
}

func TestRequestIDComesBack(t *testing.T) {
	t.Parallel()
	if got := get(t, baseURL+"/healthcheck", http.StatusOK, nil, "X-Request-ID: test_id").Get("X-Request-ID"); got != "test_id" {
		t.Errorf("X-Request-ID = %q", got)
	}
}
