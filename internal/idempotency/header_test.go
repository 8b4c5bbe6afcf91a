package idempotency_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"example.com/templatesite/internal/database"
	"example.com/templatesite/internal/webtest"
)

func TestKeyIsOneVisibleASCIIText(t *testing.T) {
	each(t, func(t *testing.T, c *webtest.Client, db *database.DB) {
		for _, value := range []string{
			"", `""`, " ", `"`, `"a`, `"a"b`, `"a\b"`, `"a" "b"`, `"a";p=1`, "a b", `"a b"`, "a\tb", "a\x00b", "a\x7fb", "ü", "\xff", "\U0001f511",
			strings.Repeat("x", 256), `"` + strings.Repeat("x", 256) + `"`, strings.Repeat("x", 100_000),
		} {
			wantRefused(t, c.Do("POST", "/book/", walden, "Idempotency-Key: "+value))
		}
		wantRefused(t, c.Do("POST", "/book/", walden, "Idempotency-Key: a", "Idempotency-Key: a"))
		wantRefused(t, c.Do("POST", "/book/", walden, "Idempotency-Key: ", "Idempotency-Key: a"))
		wantRows(t, db, "book", 2)
		wantRows(t, db, "idempotency_key", 0)
		for bare, quoted := range map[string]string{
			"x": `"x"`, "'; drop table book; --": "", "';droptablebook;--": `"';droptablebook;--"`, "%s{}": `"%s{}"`, `a"b`: `"a\"b"`, `a\b`: `"a\\b"`, "a,b": `"a,b"`,
			strings.Repeat("y", 255): `"` + strings.Repeat("y", 255) + `"`, strings.Repeat("z", 255): "  " + strings.Repeat("z", 255),
		} {
			if quoted == "" {
				wantRefused(t, c.Do("POST", "/book/", walden, "Idempotency-Key: "+bare))
				continue
			}
			first := c.Want(http.StatusCreated, "POST", "/book/", walden, "Idempotency-Key: "+bare)
			wantReplay(t, first, c.Do("POST", "/book/", walden, "Idempotency-Key: "+strings.TrimSpace(quoted)))
		}
	})
}

func TestKeyIsDescribedForEachPostAlone(t *testing.T) {
	each(t, func(t *testing.T, c *webtest.Client, _ *database.DB) {
		var document struct {
			Paths map[string]map[string]struct {
				Parameters []struct{ Name, Description string }
				Responses  map[string]any
			}
		}
		if err := json.Unmarshal([]byte(c.Want(http.StatusOK, "GET", "/openapi.json", "").Body), &document); err != nil {
			t.Fatal(err)
		}
		posts := 0
		for path, methods := range document.Paths {
			for method, op := range methods {
				described := false
				for _, p := range op.Parameters {
					described = described || p.Name == "Idempotency-Key" && p.Description != ""
				}
				if described != (method == "post") || described && op.Responses["422"] == nil {
					t.Errorf("%s %s: described %v, with the responses %v", method, path, described, op.Responses)
				}
				if described {
					posts++
				}
			}
		}
		if posts < 3 {
			t.Errorf("%d operations have the header, want all POSTs", posts)
		}
	})
}
