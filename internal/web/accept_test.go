package web_test

import (
	"net/http"
	"testing"

	"example.com/templatesite/internal/sampletest"
)

func TestAcceptMayHaveQuotedStrings(t *testing.T) {
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
