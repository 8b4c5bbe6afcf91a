package tweet_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"example.com/templatesite/internal/web"
	"example.com/templatesite/internal/webtest"
	"example.com/templatesite/tweet"
)

func TestBodyThatIsNotStrictJSONIsRefusedWithThePlace(t *testing.T) {
	tests := []struct {
		name, body string
		want       int
		place      string
	}{
		{"duplicate name", `{"text":"a","text":"b"}`, 400, "body.text"},
		{"duplicate name, escaped", `{"text":"a","te\u0078t":"b"}`, 400, "body.text"},
		{"unknown name", `{"text":"a","SECRET":1}`, 422, "body.SECRET"},
		{"wrong case", `{"Text":"a"}`, 422, "body.Text"},
		{"trailing value", `{"text":"a"} {"text":"b"}`, 400, "body"},
		{"trailing text", `{"text":"a"} SECRET`, 400, "body"},
		{"invalid UTF-8", "{\"text\":\"\xff\"}", 400, "body.text"},
		{"overlong UTF-8", "{\"text\":\"\xc0\xaf\"}", 400, "body.text"},
		{"surrogate in UTF-8", "{\"text\":\"\xed\xa0\x80\"}", 400, "body.text"},
		{"lone high surrogate", `{"text":"\ud83d"}`, 400, "body.text"},
		{"lone low surrogate", `{"text":"\udc4b"}`, 400, "body.text"},
		{"NUL in a value", `{"text":"SECRET\u0000"}`, 422, "body.text"},
		{"NUL in a name", `{"te\u0000xt":"a"}`, 422, "body"},
		{"raw control character", "{\"text\":\"a\nb\"}", 400, "body.text"},
		{"byte order mark", "\xef\xbb\xbf" + `{"text":"a"}`, 400, "body"},
		{"too deep", `{"text":` + strings.Repeat("[", 1000) + strings.Repeat("]", 1000) + `}`, 400, "body.text"},
		{"deep and open", strings.Repeat("[", 100_000), 400, "body"},
		{"cut off", `{"text":"SECRET`, 400, "body"},
		{"a comment", `{"text":"a"} // SECRET`, 400, "body"},
		{"single quotes", `{'text':'a'}`, 400, "body"},
		{"a trailing comma", `{"text":"a",}`, 400, "body"},
		{"not a number", `{"text":NaN}`, 400, "body.text"},
		{"another type", `{"text":12345}`, 422, "body.text"},
		{"a number out of range", `{"text":1e999}`, 422, "body.text"},
		{"null", `{"text":null}`, 422, "body.text"},
		{"an array", `[]`, 422, "body"},
		{"nothing", `null`, 422, "body"},
		{"only space", ` `, 400, "body"},
		{"too long", `{"text":"` + strings.Repeat("SECRET", 30) + `"}`, 422, "body.text"},
	}
	each(t, func(t *testing.T, c *webtest.Client) {
		c.Want(http.StatusCreated, "POST", "/tweet/", `{"text":"kept"}`)
		for _, tt := range tests {
			for method, target := range map[string]string{"POST": "/tweet/", "PUT": "/tweet/1"} {
				answer := c.Do(method, target, tt.body)
				problem := webtest.JSON[web.Problem](t, answer)
				if answer.Status != tt.want || problem.Status != tt.want || len(problem.Errors) == 0 ||
					!strings.HasPrefix(problem.Errors[len(problem.Errors)-1].Location, tt.place) {
					t.Errorf("%s: %s = %d, want %d at %s: %s", tt.name, method, answer.Status, tt.want, tt.place, answer.Body)
				}
				if tt.name != "unknown name" && strings.Contains(answer.Body, "SECRET") {
					t.Errorf("%s: the answer repeats what was sent: %s", tt.name, answer.Body)
				}
				if got := answer.Header.Get("Content-Type"); got != "application/problem+json" {
					t.Errorf("%s: Content-Type = %q", tt.name, got)
				}
			}
		}
		if got := webtest.JSON[tweet.Tweet](t, c.Do("GET", "/tweet/1", "")).Text; got != "kept" {
			t.Errorf("the tweet became %q", got)
		}
	})
}

func TestAcceptedTextComesBackCharacterForCharacter(t *testing.T) {
	texts := []string{
		`"quotes" \ and / slashes`, "tab\tand\nline\r\nfeeds", "\u0001\u001f\u007f", "\u2028\u2029", "\ufeffmark",
		"e\u0301 is not \u00e9", "\u202egnirts", "👨‍👩‍👧", "<script>alert(1)</script>&amp;", "'; drop table tweet; --",
		"%s %d $1 ?", "\U0010ffff\uffff\ufffd", " leading and trailing ", "2026-01-02", "NULL", "İıſK", strings.Repeat("\U0001f600", 140),
	}
	each(t, func(t *testing.T, c *webtest.Client) {
		for _, text := range texts {
			body, err := json.Marshal(map[string]string{"text": text})
			if err != nil {
				t.Fatal(err)
			}
			created := c.Want(http.StatusCreated, "POST", "/tweet/", string(body))
			read := c.Want(http.StatusOK, "GET", strings.TrimPrefix(created.Header.Get("Location"), "http://example.com"), "")
			if got := webtest.JSON[tweet.Tweet](t, read).Text; got != text {
				t.Errorf("%q came back as %q", text, got)
			}
		}
	})
}

func TestBodyOfAnotherTypeOrSizeIsRefused(t *testing.T) {
	each(t, func(_ *testing.T, c *webtest.Client) {
		for contentType, want := range map[string]int{
			"application/json": 201, "application/json; charset=utf-8": 201, "Application/JSON; charset=UTF-8": 201,
			"application/json; charset=latin1": 415, "text/plain": 415, "application/x-www-form-urlencoded": 415,
			"application/merge-patch+json": 415, "text/json+x": 415, "nonsense": 415,
		} {
			c.Want(want, "POST", "/tweet/", `{"text":"x"}`, "Content-Type: "+contentType)
		}
		c.Want(http.StatusUnsupportedMediaType, "POST", "/tweet/", `{"text":"x"}`, "Content-Encoding: gzip")
		c.Want(http.StatusRequestEntityTooLarge, "POST", "/tweet/", `{"text":"`+strings.Repeat("x", 1<<20)+`"}`)
		c.Want(http.StatusBadRequest, "POST", "/tweet/", "")
	})
}
