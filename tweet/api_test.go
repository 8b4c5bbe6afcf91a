package tweet_test

import (
	"fmt"
	"math"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"example.com/templatesite/internal/database"
	"example.com/templatesite/internal/databasetest"
	"example.com/templatesite/internal/web"
	"example.com/templatesite/internal/webtest"
	"example.com/templatesite/tweet"
)

var resources = []web.Resource{tweet.Resource()}

// each runs test on every engine, with an API on an empty database.
func each(t *testing.T, test func(t *testing.T, c *webtest.Client)) {
	t.Helper()
	databasetest.Each(t, resources, func(t *testing.T, db *database.DB) { test(t, webtest.NewAPI(t, tweet.Resource(), db)) })
}

func TestCreatedTweetIsReadBackAndListed(t *testing.T) {
	each(t, func(t *testing.T, c *webtest.Client) {
		created := c.Want(http.StatusCreated, "POST", "/tweet/", `{"text":"Grüße 👋"}`)
		got := webtest.JSON[tweet.Tweet](t, created)
		if got.ID != 1 || got.Text != "Grüße 👋" || got.Href != "http://example.com/tweet/1" {
			t.Errorf("created %+v", got)
		}
		if age := time.Since(got.Timestamp); age < -time.Second || age > time.Minute || got.Timestamp.Location() != time.UTC {
			t.Errorf("timestamp = %v, want now in UTC", got.Timestamp)
		}
		if location := created.Header.Get("Location"); location != got.Href {
			t.Errorf("Location = %q, want %q", location, got.Href)
		}
		read := c.Want(http.StatusOK, "GET", "/tweet/1", "")
		if read.Body != created.Body || read.Header.Get("ETag") != created.Header.Get("ETag") {
			t.Errorf("read %s %v, created %s %v", read.Body, read.Header, created.Body, created.Header)
		}
		list := c.Want(http.StatusOK, "GET", "/tweet/", "")
		if want := "[" + strings.TrimSpace(created.Body) + "]\n"; list.Body != want {
			t.Errorf("list = %s, want %s", list.Body, want)
		}
	})
}

func TestTextHasOneTo140Characters(t *testing.T) {
	each(t, func(_ *testing.T, c *webtest.Client) {
		for _, text := range []string{"x", " ", strings.Repeat("ü", 140), strings.Repeat("👋", 140)} {
			c.Want(http.StatusCreated, "POST", "/tweet/", fmt.Sprintf(`{"text":%q}`, text))
		}
		for _, text := range []string{"", strings.Repeat("x", 141), strings.Repeat("👋", 141)} {
			c.Want(http.StatusUnprocessableEntity, "POST", "/tweet/", fmt.Sprintf(`{"text":%q}`, text))
		}
	})
}

func TestPutReplacesAndPatchChangesWhatItNames(t *testing.T) {
	each(t, func(t *testing.T, c *webtest.Client) {
		c.Want(http.StatusCreated, "POST", "/tweet/", `{"text":"one"}`)
		put := c.Want(http.StatusOK, "PUT", "/tweet/1", `{"text":"two"}`)
		if got := webtest.JSON[tweet.Tweet](t, put).Text; got != "two" {
			t.Errorf("after PUT, text = %q", got)
		}
		patched := c.Want(http.StatusOK, "PATCH", "/tweet/1", `{"text":"three"}`, "Content-Type: application/merge-patch+json")
		if got := webtest.JSON[tweet.Tweet](t, patched).Text; got != "three" {
			t.Errorf("after PATCH, text = %q", got)
		}
		same := c.Want(http.StatusOK, "PATCH", "/tweet/1", `{}`)
		if same.Body != patched.Body {
			t.Errorf("an empty patch changed %s to %s", patched.Body, same.Body)
		}
		c.Want(http.StatusUnprocessableEntity, "PATCH", "/tweet/1", `{"text":null}`)
		c.Want(http.StatusUnprocessableEntity, "PATCH", "/tweet/1", `{"text":""}`)
		c.Want(http.StatusUnprocessableEntity, "PUT", "/tweet/1", `{}`)
	})
}

func TestDeletedTweetIsGoneAndItsIDIsNotGivenAgain(t *testing.T) {
	each(t, func(t *testing.T, c *webtest.Client) {
		c.Want(http.StatusCreated, "POST", "/tweet/", `{"text":"one"}`)
		if answer := c.Want(http.StatusNoContent, "DELETE", "/tweet/1", ""); answer.Body != "" {
			t.Errorf("DELETE answered %q", answer.Body)
		}
		for _, method := range []string{"GET", "DELETE"} {
			c.Want(http.StatusNotFound, method, "/tweet/1", "")
		}
		c.Want(http.StatusNotFound, "PUT", "/tweet/1", `{"text":"x"}`)
		c.Want(http.StatusNotFound, "PATCH", "/tweet/1", `{"text":"x"}`)
		created := c.Want(http.StatusCreated, "POST", "/tweet/", `{"text":"two"}`)
		if got := webtest.JSON[tweet.Tweet](t, created).ID; got != 2 {
			t.Errorf("id = %d, want 2", got)
		}
	})
}

func TestTweetHasOneAddress(t *testing.T) {
	each(t, func(t *testing.T, c *webtest.Client) {
		c.Want(http.StatusCreated, "POST", "/tweet/", `{"text":"one"}`)
		for id, want := range map[string]int{
			"1": http.StatusOK, "%31": http.StatusOK, "0": http.StatusNotFound, "-1": http.StatusNotFound, "9223372036854775807": http.StatusNotFound,
			"+1": http.StatusUnprocessableEntity, "01": http.StatusUnprocessableEntity, "-0": http.StatusUnprocessableEntity,
			"1_0": http.StatusUnprocessableEntity, "0x1": http.StatusUnprocessableEntity, "1.0": http.StatusUnprocessableEntity,
			"1e0": http.StatusUnprocessableEntity, "%2B1": http.StatusUnprocessableEntity, "1%20": http.StatusUnprocessableEntity,
			"1%00": http.StatusUnprocessableEntity, "%C2%B9": http.StatusUnprocessableEntity, "9223372036854775808": http.StatusUnprocessableEntity,
			"-9223372036854775809": http.StatusUnprocessableEntity, strings.Repeat("9", 1000): http.StatusUnprocessableEntity,
		} {
			answer := c.Want(want, "GET", "/tweet/"+id, "")
			if problem := webtest.JSON[web.Problem](t, answer); want == http.StatusUnprocessableEntity && len(problem.Errors) != 1 {
				t.Errorf("%s: %s", id, answer.Body)
			}
			if want != http.StatusOK {
				c.Want(want, "PUT", "/tweet/"+id, `{"text":"x"}`)
			}
		}
	})
}

func TestPreconditionsGuardEveryMethod(t *testing.T) {
	each(t, func(t *testing.T, c *webtest.Client) {
		etag := c.Want(http.StatusCreated, "POST", "/tweet/", `{"text":"one"}`).Header.Get("ETag")
		tests := []struct {
			name   string
			method string
			header string
			want   int
		}{
			{"a known version is not sent again", "GET", "If-None-Match: " + etag, http.StatusNotModified},
			{"nor in a list", "GET", `If-None-Match: "x", W/` + etag, http.StatusNotModified},
			{"nor for any version", "GET", "If-None-Match: *", http.StatusNotModified},
			{"nor to HEAD", "HEAD", "If-None-Match: " + etag, http.StatusNotModified},
			{"another version is sent", "GET", `If-None-Match: "x"`, http.StatusOK},
			{"a version that is demanded is sent", "GET", "If-Match: " + etag, http.StatusOK},
			{"one that is gone is not", "GET", `If-Match: "x"`, http.StatusPreconditionFailed},
			{"a weak tag does not match strongly", "PUT", "If-Match: W/" + etag, http.StatusPreconditionFailed},
			{"a change of another version is refused", "PUT", `If-Match: "x"`, http.StatusPreconditionFailed},
			{"so is a patch", "PATCH", `If-Match: "x"`, http.StatusPreconditionFailed},
			{"so is a deletion", "DELETE", `If-Match: "x"`, http.StatusPreconditionFailed},
			{"what must not exist is not replaced", "PUT", "If-None-Match: *", http.StatusPreconditionFailed},
			{"what exists at all may be replaced", "PUT", "If-Match: *", http.StatusOK},
			{"a version that was replaced is gone", "DELETE", "If-Match: " + etag, http.StatusPreconditionFailed},
		}
		for _, tt := range tests {
			body := map[string]string{"PUT": `{"text":"two"}`, "PATCH": `{"text":"two"}`}[tt.method]
			answer := c.Do(tt.method, "/tweet/1", body, tt.header)
			if answer.Status != tt.want {
				t.Errorf("%s: status = %d, want %d: %s", tt.name, answer.Status, tt.want, answer.Body)
			}
			if answer.Header.Get("ETag") == "" {
				t.Errorf("%s: there is no ETag", tt.name)
			}
		}
	})
}

func TestRepeatedAndEmptyPreconditionsCount(t *testing.T) {
	each(t, func(_ *testing.T, c *webtest.Client) {
		etag := c.Want(http.StatusCreated, "POST", "/tweet/", `{"text":"one"}`).Header.Get("ETag")
		c.Want(http.StatusNotModified, "GET", "/tweet/1", "", `If-None-Match: "x"`, "If-None-Match: "+etag)
		c.Want(http.StatusOK, "PUT", "/tweet/1", `{"text":"one"}`, `If-Match: "x"`, "If-Match: "+etag)
		c.Want(http.StatusPreconditionFailed, "PUT", "/tweet/1", `{"text":"two"}`, "If-Match: ")
		c.Want(http.StatusUnsupportedMediaType, "PUT", "/tweet/1", `{"text":"two"}`, "Content-Encoding: identity", "Content-Encoding: gzip")
		c.Want(http.StatusUnsupportedMediaType, "PUT", "/tweet/1", `{"text":"two"}`, "Content-Type: application/json", "Content-Type: text/plain")
	})
}

// load stores a tweet as a fixture does.
func load(t *testing.T, db *database.DB, id int64, text string) {
	t.Helper()
	tx, err := db.Write.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = tx.Rollback() }() // unless it is committed
	fields := fmt.Sprintf(`{"text":%q,"timestamp":"2017-07-30T15:22:42Z"}`, text)
	if err := tweet.Resource().Load(t.Context(), tx, id, []byte(fields)); err != nil {
		t.Fatal(err)
	}
	if err := db.AdvanceSequence(t.Context(), tx, "tweet"); err != nil {
		t.Fatal(err)
	}
	if err := tx.Commit(); err != nil {
		t.Fatal(err)
	}
}

func TestNoTweetIsCreatedAfterTheLastID(t *testing.T) {
	databasetest.Each(t, resources, func(t *testing.T, db *database.DB) {
		load(t, db, math.MaxInt64, "the last")
		webtest.NewAPI(t, tweet.Resource(), db).Want(http.StatusInsufficientStorage, "POST", "/tweet/", `{"text":"one more"}`)
	})
}

func TestTagOfOneContentIsNeverThatOfAnother(t *testing.T) {
	databasetest.Each(t, resources, func(t *testing.T, db *database.DB) {
		c := webtest.NewAPI(t, tweet.Resource(), db)
		var tags []string
		for _, text := range []string{"A", "B"} { // as after a reset, with another fixture
			load(t, db, 1, text)
			tags = append(tags, c.Want(http.StatusOK, "GET", "/tweet/1", "").Header.Get("ETag"))
			c.Want(http.StatusNoContent, "DELETE", "/tweet/1", "")
		}
		if tags[0] == tags[1] {
			t.Errorf("both have the tag %s", tags[0])
		}
	})
}

func TestNoUpdateIsLostWhenManyChangeOneTweet(t *testing.T) {
	each(t, func(t *testing.T, c *webtest.Client) {
		c.Want(http.StatusCreated, "POST", "/tweet/", `{"text":"0"}`)
		const writers, rounds = 4, 5
		var group sync.WaitGroup
		for range writers {
			group.Go(func() {
				for done := 0; done < rounds; {
					read := c.Do("GET", "/tweet/1", "")
					body := fmt.Sprintf(`{"text":"%d"}`, number(webtest.JSON[tweet.Tweet](t, read).Text)+1)
					switch answer := c.Do("PUT", "/tweet/1", body, "If-Match: "+read.Header.Get("ETag")); answer.Status {
					case http.StatusOK:
						done++
					case http.StatusPreconditionFailed:
					default:
						t.Errorf("PUT = %d: %s", answer.Status, answer.Body)
						return
					}
				}
			})
		}
		group.Wait()
		got := number(webtest.JSON[tweet.Tweet](t, c.Do("GET", "/tweet/1", "")).Text)
		if got != writers*rounds {
			t.Errorf("%d of %d increments are there", got, writers*rounds)
		}
	})
}

func number(text string) (n int) {
	_, _ = fmt.Sscan(text, &n)
	return n
}
