package web_test

import (
	"fmt"
	"net/http"
	"sync"
	"testing"

	"example.com/templatesite/internal/database"
	"example.com/templatesite/internal/sampletest"
	"example.com/templatesite/internal/webtest"
)

func TestPreconditionsGuardEveryMethod(t *testing.T) {
	sampletest.Each(t, func(t *testing.T, c *webtest.Client, _ *database.DB) {
		etag := c.Want(http.StatusOK, "GET", "/book/1", "").Header.Get("ETag")
		tests := []struct {
			name   string
			method string
			header string
			want   int
		}{
			{"the version that the client has is not sent again", "GET", "If-None-Match: " + etag, http.StatusNotModified},
			{"nor if it is one of several", "GET", `If-None-Match: "x", W/` + etag, http.StatusNotModified},
			{"nor if the client has any version", "GET", "If-None-Match: *", http.StatusNotModified},
			{"nor to HEAD", "HEAD", "If-None-Match: " + etag, http.StatusNotModified},
			{"another version is sent", "GET", `If-None-Match: "x"`, http.StatusOK},
			{"the current version can be required", "GET", "If-Match: " + etag, http.StatusOK},
			{"an old version cannot", "GET", `If-Match: "x"`, http.StatusPreconditionFailed},
			{"a weak tag does not match strongly", "PUT", "If-Match: W/" + etag, http.StatusPreconditionFailed},
			{"an old version is not replaced", "PUT", `If-Match: "x"`, http.StatusPreconditionFailed},
			{"an old version is not changed", "PATCH", `If-Match: "x"`, http.StatusPreconditionFailed},
			{"an old version is not deleted", "DELETE", `If-Match: "x"`, http.StatusPreconditionFailed},
			{"an item that must not exist is not replaced", "PUT", "If-None-Match: *", http.StatusPreconditionFailed},
			{"an item that must exist is replaced", "PUT", "If-Match: *", http.StatusOK},
			{"a replaced version is not deleted", "DELETE", "If-Match: " + etag, http.StatusPreconditionFailed},
		}
		for _, tt := range tests {
			body := map[string]string{"PUT": book, "PATCH": `{"title":"two"}`}[tt.method]
			answer := c.Do(tt.method, "/book/1", body, tt.header)
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
	sampletest.Each(t, func(_ *testing.T, c *webtest.Client, _ *database.DB) {
		etag := c.Want(http.StatusOK, "GET", "/book/1", "").Header.Get("ETag")
		c.Want(http.StatusNotModified, "GET", "/book/1", "", `If-None-Match: "x"`, "If-None-Match: "+etag)
		c.Want(http.StatusOK, "PUT", "/book/1", book, `If-Match: "x"`, "If-Match: "+etag)
		c.Want(http.StatusPreconditionFailed, "PUT", "/book/1", book, "If-Match: ")
	})
}

// A database that was created anew has rows with the same ids.
func TestETagsOfTwoRowsWithTheSameIDDiffer(t *testing.T) {
	sampletest.Each(t, func(t *testing.T, c *webtest.Client, db *database.DB) {
		var tags []string
		for _, title := range []string{"A", "B"} {
			if err := loadBook(t, db, "9", `"shelf":1,"pages":1,"title":"`+title+`"`); err != nil {
				t.Fatal(err)
			}
			tags = append(tags, c.Want(http.StatusOK, "GET", "/book/9", "").Header.Get("ETag"))
			c.Want(http.StatusNoContent, "DELETE", "/book/9", "")
		}
		if tags[0] == tags[1] {
			t.Errorf("both have the tag %s", tags[0])
		}
	})
}

func TestNoUpdateIsLostWhenManyClientsChangeOneItem(t *testing.T) {
	sampletest.Each(t, func(t *testing.T, c *webtest.Client, _ *database.DB) {
		const writers, rounds = 4, 5
		var group sync.WaitGroup
		for range writers {
			group.Go(func() {
				for done := 0; done < rounds; {
					status := increment(t, c)
					if status == http.StatusOK {
						done++
					} else if status != http.StatusPreconditionFailed {
						t.Errorf("PUT = %d", status)
						return
					}
				}
			})
		}
		group.Wait()
		if got := webtest.JSON[sampletest.Book](t, c.Do("GET", "/book/2", "")).Pages; got != 474+writers*rounds {
			t.Errorf("there are %d pages, want %d", got, 474+writers*rounds)
		}
	})
}

// increment adds a page to the version of book 2 that it reads, and returns the status.
func increment(t *testing.T, c *webtest.Client) int {
	t.Helper()
	read := c.Do("GET", "/book/2", "")
	body := fmt.Sprintf(`{"shelf":1,"title":"Emma","pages":%d}`, webtest.JSON[sampletest.Book](t, read).Pages+1)
	return c.Do("PUT", "/book/2", body, "If-Match: "+read.Header.Get("ETag")).Status
}
