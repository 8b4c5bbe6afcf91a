package systemtest

import (
	"net/http"
	"os/exec"
	"regexp"
	"strings"
	"testing"

	"example.com/templatesite/internal/processtest"
	"example.com/templatesite/internal/webtest"
)

// newToken runs app token, and returns the header with the secret.
func newToken(t *testing.T, database string, args ...string) string {
	t.Helper()
	command := exec.Command(binary, append([]string{"token"}, args...)...)
	command.Env = processtest.Options{Database: database}.Env()
	secret, err := command.Output()
	if err != nil {
		t.Fatalf("app token %v: %v", args, err)
	}
	return "Authorization: Bearer " + strings.TrimSpace(string(secret))
}

// The operations are those of the description, so a new resource is covered as it is.
func TestNoOperationLetsAStrangerThrough(t *testing.T) {
	needBinary(t)
	database := newDatabase(t)
	p := serve(t, database, "AUTHENTICATION=all")
	c := webtest.At(t, p.URL)
	reader, writer := newToken(t, database, "create", "reader", "--scope", "read"), newToken(t, database, "create", "writer", "--scope", "write")
	revoked := newToken(t, database, "create", "revoked", "--scope", "read", "--scope", "write")
	newToken(t, database, "revoke", "revoked")
	type operation struct{ Security []map[string][]string }
	description := webtest.JSON[struct {
		Paths map[string]map[string]operation
	}](t, c.Want(http.StatusOK, "GET", "/openapi.json", ""))
	open := regexp.MustCompile(`^/($|livez$|healthcheck/?$|openapi\.|docs$|favicon\.ico$|static/)`)
	for path, operations := range description.Paths {
		target := regexp.MustCompile(`\{[^}]*\}`).ReplaceAllString(path, "1")
		for method, op := range operations {
			method = strings.ToUpper(method)
			if open.MatchString(path) {
				if len(op.Security) > 0 {
					t.Errorf("%s %s needs %v", method, path, op.Security)
				}
				continue
			}
			if path == "/sign-out" || strings.HasPrefix(path, "/sign-in") { // feature: sessions
				continue
			}
			lacking := reader
			if method == http.MethodGet {
				lacking = writer
			}
			for header, want := range map[string]int{"": 401, "Authorization: Bearer x": 401, revoked: 401, lacking: 403} {
				if got := c.Do(method, target, "{}", header); got.Status != want {
					t.Errorf("%s %s with %q = %d %s, want %d", method, target, header, got.Status, got.Body, want)
				}
			}
		}
	}
	if answer := c.Do("GET", "/livez", "", "Authorization: Bearer "+strings.Repeat("x", 1<<20)); answer.Status != http.StatusRequestHeaderFieldsTooLarge {
		t.Errorf("a header of 1 MB is answered with %d", answer.Status)
	}
}

func TestTokenUsesAResource(t *testing.T) {
	needBinary(t)
	resource, database := needResource(t), newDatabase(t)
	c := webtest.At(t, serve(t, database, "AUTHENTICATION=write").URL)
	writer := newToken(t, database, "create", "ci", "--scope", resource.Name+":write")
	c.Want(http.StatusOK, "GET", resource.Path, "")
	c.Want(http.StatusUnauthorized, "POST", resource.Path, resource.Body("refused"))
	c.Want(http.StatusCreated, "POST", resource.Path, resource.Body("accepted"), writer)
	rotated := newToken(t, database, "rotate", "ci")
	c.Want(http.StatusCreated, "POST", resource.Path, resource.Body("accepted"), rotated)
}
