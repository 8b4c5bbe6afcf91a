package web_test

import (
	"net/http"
	"strings"
	"testing"

	"example.com/templatesite/internal/database"
	"example.com/templatesite/internal/sampletest"
	"example.com/templatesite/internal/web"
	"example.com/templatesite/internal/webtest"
)

// invalidJSON are values that RFC 8259 does not allow, by kind.
var invalidJSON = map[string][]string{
	"numbers": {
		"+1", "01", "-01", "-", ".5", "-.5", "1.", "-1.", "1.e1", "1e", "1e+", "1E-", "1ee2", "1e1.5", "1.2.3", "1+2", "0x1F", "0b1", "0o7", "1_000", "1,5",
		"Infinity", "-Infinity", "NaN", "-NaN", "nan", "1 000", "1f", "1n", "- 1", "--1", "++1", "1-", "\uff11", "1\u00a0", "00", "0e", "0.e1", "2.e3", "-2.", "1e1e1", "0x", "-x", "1x",
	},
	"literals": {"True", "TRUE", "False", "Null", "nul", "tru", "truee", "undefined", "None", "nil", "yes", "a", "*", "$", "@", "true false", "nulltrue"},
	"strings": {
		"'x'", `"x`, `x"`, `"`, `"\"`, `"\x41"`, `"\a"`, `"\v"`, `"\0"`, `"\'"`, `"\u"`, `"\u1"`, `"\u12"`, `"\u123"`, `"\uXYZW"`, `"\U00000041"`, `"\u{41}"`, `"\ud800"`, `"\udc00"`,
		`"\ud800\u0041"`, `"\ud800\ud800"`, `"\udc00\ud800"`, `"\ud800x"`, "\"a\nb\"", "\"a\tb\"", "\"a\x00b\"", "\"a\x1fb\"", "\"\xff\"", "\"\xc0\x80\"", "\"\xe0\x80\x80\"", "\"\xed\xa0\x80\"",
		"\"\xf4\x90\x80\x80\"", "\"\xf8\x88\x80\x80\x80\"", "\"\xc3\"", "\"\xe2\x82\"", "\"\x80\"", "`x`", `"""x"""`, `"x" "y"`, `"x""y"`, "\u201cx\u201d", `\"x\"`, `"\u00 41"`, `"\ "`,
	},
	"arrays": {"[", "]", "[1", "[1,", "[1,]", "[,1]", "[,]", "[1,,2]", "[1 2]", "[1:2]", "[1;2]", "[1]]", "[[1]", "[}", "(1)", "<1>", "[1,\n", "[\"a\"", "[x", "[1]x", "[\v1]", "[\f1]", "[\u20601]", "[*]", "[1]\x00"},
	"objects": {
		"{", "}", "{]", `{"a"`, `{"a":`, `{"a":1`, `{"a":1,`, `{"a":1,}`, `{,}`, `{"a"}`, `{"a",1}`, `{"a":1:2}`, `{"a"::1}`, `{"a"=1}`, `{"a" 1}`, `{a:1}`, `{'a':1}`, `{1:1}`, `{null:1}`, `{[]:1}`,
		`{"a":1 "b":2}`, `{"a":1;"b":2}`, `{"a":1,,"b":2}`, `{"a":1}}`, `{{"a":1}`, `{"a":1}{`, `{"a":1,"a":2}`, `{"a":1,"\u0061":2}`, `{"\ud800":1}`, "{\"\xff\":1}", `{"a":}`, `{:1}`, `{"":1,"":2}`,
	},
	"around": {"", " ", "\n", "\ufeff1", "1\ufeff", "// x\n1", "1 // x", "/* x */ 1", "1 /* x */", "# x\n1", "1;", "1,", ",1", "1 2", "\x001", "1\x00", "\u00a01", "\u20281", "<?xml?>", "x=1", "\x1f\x8b\x08\x00", "--- 1", "\xff\xfe1\x00"},
}

func TestTextThatIsNotJSONIsRefusedAnywhereInABody(t *testing.T) {
	t.Parallel()
	c := sampletest.New(t)
	before := c.Want(http.StatusOK, "GET", "/book/", "").Body
	for kind, values := range invalidJSON {
		for _, value := range values {
			for _, body := range []string{
				value, `{"shelf":1,"pages":1,"title":` + value + `}`, `{"shelf":1,"title":"x","pages":` + value + `}`,
				`{` + emma + `,"listed":` + value + `}`, `{` + emma + `,"other":[` + value + `]}`,
			} {
				if body == value && kind == "around" && strings.TrimSpace(value) == "" {
					continue // a request without a body
				}
				if answer := c.Do("POST", "/book/", body); answer.Status != http.StatusBadRequest && answer.Status != http.StatusUnprocessableEntity {
					t.Errorf("%s: %q = %d: %s", kind, body, answer.Status, answer.Body)
				}
			}
		}
	}
	if after := c.Want(http.StatusOK, "GET", "/book/", "").Body; after != before {
		t.Errorf("a book was stored: %s", after)
	}
}

func TestBodyThatIsNotStrictJSONIsRefusedWithItsLocation(t *testing.T) {
	const rest = `"shelf":1,"pages":1,`
	tests := []struct {
		name, body string
		want       int
		location   string
	}{
		{"duplicate name", `{` + rest + `"title":"a","title":"b"}`, 400, "body.title"},
		{"duplicate name, escaped", `{` + rest + `"title":"a","titl\u0065":"b"}`, 400, "body.title"},
		{"unknown name", `{` + rest + `"title":"a","SECRET":1}`, 422, "body.SECRET"},
		{"wrong case", `{` + rest + `"Title":"a"}`, 422, "body.Title"},
		{"trailing value", `{` + rest + `"title":"a"} {` + rest + `"title":"b"}`, 400, "body"},
		{"trailing text", `{` + rest + `"title":"a"} SECRET`, 400, "body"},
		{"invalid UTF-8", `{` + rest + "\"title\":\"\xff\"}", 400, "body.title"},
		{"overlong UTF-8", `{` + rest + "\"title\":\"\xc0\xaf\"}", 400, "body.title"},
		{"surrogate in UTF-8", `{` + rest + "\"title\":\"\xed\xa0\x80\"}", 400, "body.title"},
		{"lone high surrogate", `{` + rest + `"title":"\ud83d"}`, 400, "body.title"},
		{"lone low surrogate", `{` + rest + `"title":"\udc4b"}`, 400, "body.title"},
		{"NUL in a value", `{` + rest + `"title":"SECRET\u0000"}`, 422, "body.title"},
		{"NUL in a name", `{` + rest + `"ti\u0000tle":"a"}`, 422, "body"},
		{"raw control character", `{` + rest + "\"title\":\"a\nb\"}", 400, "body.title"},
		{"byte order mark", "\xef\xbb\xbf" + `{` + rest + `"title":"a"}`, 400, "body"},
		{"too deep", `{` + rest + `"title":` + strings.Repeat("[", 1000) + strings.Repeat("]", 1000) + `}`, 400, "body.title"},
		{"deep and open", strings.Repeat("[", 100_000), 400, "body"},
		{"cut off", `{` + rest + `"title":"SECRET`, 400, "body"},
		{"a comment", `{` + rest + `"title":"a"} // SECRET`, 400, "body"},
		{"single quotes", `{` + rest + `'title':'a'}`, 400, "body"},
		{"a trailing comma", `{` + rest + `"title":"a",}`, 400, "body"},
		{"not a number", `{` + rest + `"title":NaN}`, 400, "body.title"},
		{"another type", `{` + rest + `"title":12345}`, 422, "body.title"},
		{"a number out of range", `{` + rest + `"title":1e999}`, 422, "body.title"},
		{"null", `{` + rest + `"title":null}`, 422, "body.title"},
		{"an array", `[]`, 422, "body"},
		{"nothing", `null`, 422, "body"},
		{"only space", ` `, 400, "body"},
		{"too long", `{` + rest + `"title":"` + strings.Repeat("SECRET", 30) + `"}`, 422, "body.title"},
	}
	sampletest.Each(t, func(t *testing.T, c *webtest.Client, _ *database.DB) {
		for _, tt := range tests {
			for method, target := range map[string]string{"POST": "/book/", "PUT": "/book/1"} {
				answer := c.Do(method, target, tt.body)
				problem := webtest.JSON[web.Problem](t, answer)
				if answer.Status != tt.want || problem.Status != tt.want || len(problem.Errors) == 0 ||
					!strings.HasPrefix(problem.Errors[len(problem.Errors)-1].Location, tt.location) {
					t.Errorf("%s: %s = %d, want %d at %s: %s", tt.name, method, answer.Status, tt.want, tt.location, answer.Body)
				}
				if tt.name != "unknown name" && strings.Contains(answer.Body, "SECRET") {
					t.Errorf("%s: the answer repeats a value of the body: %s", tt.name, answer.Body)
				}
				if got := answer.Header.Get("Content-Type"); got != "application/problem+json" {
					t.Errorf("%s: Content-Type = %q", tt.name, got)
				}
			}
		}
		if got := webtest.JSON[sampletest.Book](t, c.Do("GET", "/book/1", "")).Title; got != "Walden" {
			t.Errorf("the title became %q", got)
		}
	})
}

func TestBodyThatIsEmptyOrTooLargeIsRefused(t *testing.T) {
	sampletest.Each(t, func(_ *testing.T, c *webtest.Client, _ *database.DB) {
		c.Want(http.StatusRequestEntityTooLarge, "POST", "/book/", `{`+emma+`,"note":"`+strings.Repeat("x", sampletest.MaxBodyBytes)+`"}`)
		c.Want(http.StatusBadRequest, "POST", "/book/", "")
	})
}
