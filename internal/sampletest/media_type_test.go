package sampletest_test

import (
	"net/http"
	"testing"

	"example.com/templatesite/internal/sampletest"
)

func TestAcceptIsReadWithItsQuotedStrings(t *testing.T) {
	t.Parallel()
	c := sampletest.New(t)
	for accept, want := range map[string]int{
		`application/json;profile="a,b"`:                     http.StatusOK,
		`application/json;profile="a;q=0,b"`:                 http.StatusOK,
		`application/json;profile="a\",b";q=0.1`:             http.StatusOK,
		`text/html;x="*/*", text/csv`:                        http.StatusNotAcceptable,
		`application/json;profile="a,b";q=0, text/csv`:       http.StatusNotAcceptable,
		`application/json; Q=0, text/csv`:                    http.StatusNotAcceptable,
		`text/csv;x="application/json`:                       http.StatusNotAcceptable,
		` , ,application/json`:                               http.StatusOK,
		`text/csv;q=1;x=",*/*", application/*;v="1,2";q=0.3`: http.StatusOK,
	} {
		c.Want(want, "GET", "/book/1", "", "Accept: "+accept)
	}
}

func TestTypesOfBodiesAreSaidByOptionsAndByRefusals(t *testing.T) {
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

func TestUTF8HasManySpellings(t *testing.T) {
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
