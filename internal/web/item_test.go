package web_test

import (
	"fmt"
	"math"
	"net/http"
	"strings"
	"testing"

	"example.com/templatesite/internal/database"
	"example.com/templatesite/internal/sampletest"
	"example.com/templatesite/internal/webtest"
)

func TestCreatedItemIsReadBackAndListed(t *testing.T) {
	sampletest.Each(t, func(t *testing.T, c *webtest.Client, _ *database.DB) {
		created := c.Want(http.StatusCreated, "POST", "/book/", `{"shelf":1,"title":"Grüße 👋","pages":1}`)
		got := webtest.JSON[sampletest.Book](t, created)
		if got.ID != 3 || got.Title != "Grüße 👋" || got.Href != "http://example.org/book/3" || created.Header.Get("Location") != got.Href {
			t.Errorf("created %+v, Location %s", got, created.Header.Get("Location"))
		}
		read := c.Want(http.StatusOK, "GET", "/book/3", "")
		if read.Body != created.Body || read.Header.Get("ETag") != created.Header.Get("ETag") {
			t.Errorf("read %s %v, created %s %v", read.Body, read.Header, created.Body, created.Header)
		}
		list := c.Want(http.StatusOK, "GET", "/book/?limit=1", "")
		if want := "[" + strings.TrimSpace(created.Body) + "]\n"; list.Body != want {
			t.Errorf("the list is %s, want %s", list.Body, want)
		}
	})
}

func TestPutReplacesAllFieldsAndPatchTheNamedOnes(t *testing.T) {
	sampletest.Each(t, func(t *testing.T, c *webtest.Client, _ *database.DB) {
		c.Want(http.StatusOK, "PATCH", "/book/2", `{"note":"A gift"}`)
		put := webtest.JSON[sampletest.Book](t, c.Want(http.StatusOK, "PUT", "/book/2", `{"shelf":1,"title":"two","pages":2}`))
		if put.Title != "two" || put.Pages != 2 || put.Note != "" {
			t.Errorf("after PUT, the book is %+v", put)
		}
		patched := c.Want(http.StatusOK, "PATCH", "/book/2", `{"title":"three"}`, "Content-Type: application/merge-patch+json")
		if got := webtest.JSON[sampletest.Book](t, patched); got.Title != "three" || got.Pages != 2 {
			t.Errorf("after PATCH, the book is %+v", got)
		}
		if same := c.Want(http.StatusOK, "PATCH", "/book/2", `{}`); same.Body != patched.Body {
			t.Errorf("an empty patch changed %s to %s", patched.Body, same.Body)
		}
		c.Want(http.StatusUnprocessableEntity, "PATCH", "/book/2", `{"title":null}`)
		c.Want(http.StatusUnprocessableEntity, "PATCH", "/book/2", `{"title":""}`)
		c.Want(http.StatusUnprocessableEntity, "PUT", "/book/2", `{}`)
	})
}

func TestDeletedItemIsNotFoundAndItsIDIsNotReused(t *testing.T) {
	sampletest.Each(t, func(t *testing.T, c *webtest.Client, _ *database.DB) {
		if answer := c.Want(http.StatusNoContent, "DELETE", "/book/2", ""); answer.Body != "" {
			t.Errorf("DELETE answered %q", answer.Body)
		}
		for method, body := range map[string]string{"GET": "", "DELETE": "", "PUT": book, "PATCH": `{"title":"x"}`} {
			c.Want(http.StatusNotFound, method, "/book/2", body)
		}
		if got := webtest.JSON[sampletest.Book](t, c.Want(http.StatusCreated, "POST", "/book/", book)).ID; got != 3 {
			t.Errorf("the next id is %d, want 3", got)
		}
	})
}

func TestNothingIsCreatedAfterTheLastID(t *testing.T) {
	sampletest.Each(t, func(t *testing.T, c *webtest.Client, db *database.DB) {
		if err := loadBook(t, db, fmt.Sprint(math.MaxInt64), emma); err != nil {
			t.Fatal(err)
		}
		c.Want(http.StatusInsufficientStorage, "POST", "/book/", book)
	})
}

// addresses are ids in paths, with the status of their answer.
var addresses = map[string]int{
	"1": http.StatusOK, "%31": http.StatusOK, "0": http.StatusNotFound, "-1": http.StatusNotFound, "9223372036854775807": http.StatusNotFound,
	"+1": http.StatusUnprocessableEntity, "01": http.StatusUnprocessableEntity, "-0": http.StatusUnprocessableEntity, "x": http.StatusUnprocessableEntity,
	"1_0": http.StatusUnprocessableEntity, "0x1": http.StatusUnprocessableEntity, "1.0": http.StatusUnprocessableEntity,
	"1e0": http.StatusUnprocessableEntity, "%2B1": http.StatusUnprocessableEntity, "1%20": http.StatusUnprocessableEntity,
	"1%00": http.StatusUnprocessableEntity, "%C2%B9": http.StatusUnprocessableEntity, "9223372036854775808": http.StatusUnprocessableEntity,
	"-9223372036854775809": http.StatusUnprocessableEntity, strings.Repeat("9", 1000): http.StatusUnprocessableEntity,
}

func TestItemHasOneAddress(t *testing.T) {
	sampletest.Each(t, func(t *testing.T, c *webtest.Client, _ *database.DB) {
		for id, want := range addresses {
			for target, parameter := range map[string]string{"/book/" + id: "path.id", "/shelf/" + id + "/book/": "path.shelf"} {
				if want == http.StatusUnprocessableEntity {
					wantInvalid(t, c, "GET", target, "", parameter)
				} else {
					c.Want(want, "GET", target, "")
				}
			}
			if want != http.StatusOK {
				c.Want(want, "PUT", "/book/"+id, book)
			}
		}
	})
}
