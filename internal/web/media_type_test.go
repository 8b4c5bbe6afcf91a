package web_test

import (
	"net/http"
	"testing"

	"example.com/templatesite/internal/database"
	"example.com/templatesite/internal/sampletest"
	"example.com/templatesite/internal/webtest"
)

func TestOptionsAndA415NameTheAcceptedMediaTypes(t *testing.T) {
	t.Parallel()
	c := sampletest.New(t)
	const json, patch = "application/json", "application/json, application/merge-patch+json"
	if got := c.Want(http.StatusOK, "OPTIONS", "/book/1", "").Header; got.Get("Accept-Patch") != patch || got.Get("Accept-Post") != "" {
		t.Errorf("OPTIONS /book/1 says %v", got)
	}
	if got := c.Want(http.StatusOK, "OPTIONS", "/shelf/1/book/", "").Header; got.Get("Accept-Post") != json || got.Get("Accept-Patch") != "" {
		t.Errorf("OPTIONS /shelf/1/book/ says %v", got)
	}
	for method, target := range map[string]string{"PATCH": "/book/1", "POST": "/book/", "PUT": "/book/1"} {
		got := c.Want(http.StatusUnsupportedMediaType, method, target, "x", "Content-Type: text/plain").Header
		if want := map[string]string{"PATCH": patch}[method]; got.Get("Accept-Patch") != want {
			t.Errorf("%s: Accept-Patch = %q, want %q", method, got.Get("Accept-Patch"), want)
		}
		if want := map[string]string{"POST": json}[method]; got.Get("Accept-Post") != want {
			t.Errorf("%s: Accept-Post = %q, want %q", method, got.Get("Accept-Post"), want)
		}
	}
}

func TestCharsetMayBeAnySpellingOfUTF8(t *testing.T) {
	t.Parallel()
	c := sampletest.New(t)
	for charset, want := range map[string]int{
		"utf-8": http.StatusOK, "UTF-8": http.StatusOK, `"utf-8"`: http.StatusOK, "utf8": http.StatusOK, "UTF8": http.StatusOK, `"Utf8"`: http.StatusOK,
		"utf-16": http.StatusUnsupportedMediaType, "latin1": http.StatusUnsupportedMediaType, "utf_8": http.StatusUnsupportedMediaType,
	} {
		for _, mediaType := range []string{"application/json", "application/merge-patch+json"} {
			c.Want(want, "PATCH", "/book/1", "{}", "Content-Type: "+mediaType+"; charset="+charset)
		}
	}
}

func TestBodyOfAnotherTypeIsRefused(t *testing.T) {
	sampletest.Each(t, func(_ *testing.T, c *webtest.Client, _ *database.DB) {
		for contentType, want := range map[string]int{
			"application/json": 201, "application/json; charset=utf-8": 201, "Application/JSON; charset=UTF-8": 201,
			"application/json; charset=latin1": 415, "text/plain": 415, "application/x-www-form-urlencoded": 415,
			"application/merge-patch+json": 415, "text/json+x": 415, "nonsense": 415,
		} {
			c.Want(want, "POST", "/book/", book, "Content-Type: "+contentType)
		}
		c.Want(http.StatusUnsupportedMediaType, "POST", "/book/", book, "Content-Encoding: gzip")
		c.Want(http.StatusUnsupportedMediaType, "PUT", "/book/1", book, "Content-Encoding: identity", "Content-Encoding: gzip")
		c.Want(http.StatusUnsupportedMediaType, "PUT", "/book/1", book, "Content-Type: application/json", "Content-Type: text/plain")
	})
}
