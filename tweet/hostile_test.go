package tweet_test

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"example.com/templatesite/internal/database"
	"example.com/templatesite/internal/databasetest"
	"example.com/templatesite/internal/web"
	"example.com/templatesite/internal/webtest"
	"example.com/templatesite/tweet"
)

// noJSON are values that RFC 8259 does not allow, by what is wrong with them.
var noJSON = map[string][]string{
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

func TestWhatIsNoJSONIsRefusedEverywhere(t *testing.T) {
	t.Parallel()
	c := webtest.NewAPI(t, tweet.Resource(), databasetest.OpenSQLite(t, resources))
	for kind, values := range noJSON {
		for _, value := range values {
			for _, body := range []string{value, `{"text":` + value + `}`, `{"text":"x","other":[` + value + `]}`} {
				if body == value && kind == "around" && strings.TrimSpace(value) == "" {
					continue // no body at all has a test of its own
				}
				if answer := c.Do("POST", "/tweet/", body); answer.Status != http.StatusBadRequest && answer.Status != http.StatusUnprocessableEntity {
					t.Errorf("%s: %q = %d: %s", kind, body, answer.Status, answer.Body)
				}
			}
		}
	}
	if got := c.Want(http.StatusOK, "GET", "/tweet/", "").Body; got != "[]\n" {
		t.Errorf("something was stored: %s", got)
	}
}

// checkAnswer holds every answer, whatever was asked, to be a good one or a problem.
func checkAnswer(t *testing.T, answer webtest.Answer) {
	t.Helper()
	if answer.Status < http.StatusBadRequest {
		return
	}
	problem := webtest.JSON[web.Problem](t, answer)
	if answer.Status >= http.StatusInternalServerError || problem.Status != answer.Status || problem.RequestID == "" ||
		answer.Header.Get("Content-Type") != "application/problem+json" {
		t.Errorf("%d %v: %s", answer.Status, answer.Header, answer.Body)
	}
}

// fuzzed returns the API on a database of its own, which has one tweet.
func fuzzed(f *testing.F) *web.API {
	db := databasetest.OpenSQLite(f, resources)
	api := web.NewAPI(web.Options{Title: "fuzz", Version: "1", MaxBodyBytes: 1 << 20, Classify: database.Problem})
	tweet.Resource().Routes(api, db.DB)
	webtest.New(f, api).Want(http.StatusCreated, "POST", "/tweet/", `{"text":"x"}`)
	return api
}

func FuzzBody(f *testing.F) {
	for _, values := range noJSON {
		for _, value := range values {
			f.Add("POST", `{"text":`+value+`}`)
		}
	}
	f.Add("PATCH", `{"text":null}`)
	f.Add("PUT", strings.Repeat("[", 10_000))
	f.Add("POST", `{"text":"x"`+strings.Repeat(`,"x":1`, 10_000)+`}`)
	api := fuzzed(f)
	f.Fuzz(func(t *testing.T, method, body string) {
		target, ok := map[string]string{"POST": "/tweet/", "PUT": "/tweet/1", "PATCH": "/tweet/1"}[method]
		if ok {
			checkAnswer(t, webtest.New(t, api).Do(method, target, body))
		}
	})
}

func FuzzQuery(f *testing.F) {
	for _, query := range []string{"limit=1", "limit=%zz", "%", "limit=1&limit=2", "after=-1", "limit=1;after=1", "limit=%00", "=", "&&&", "after=%F0%9F%91%8B", "format=html&limit=1", "limit=1e3", "after=" + strings.Repeat("9", 100)} {
		f.Add(query)
	}
	api := fuzzed(f)
	f.Fuzz(func(t *testing.T, query string) {
		target, err := url.Parse("/tweet/?" + query)
		if err != nil || slices.ContainsFunc([]byte(query), func(c byte) bool { return c <= ' ' || c >= 0x7f || c == '#' }) {
			return // net/http lets no such request through
		}
		checkAnswer(t, webtest.New(t, api).Do("GET", target.String(), ""))
	})
}
