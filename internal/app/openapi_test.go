package app

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"

	"example.com/templatesite/internal/openapitest"
)

func TestOpenAPIDescriptionIsValidAndHasEveryRoute(t *testing.T) {
	t.Parallel()
	s := startService(t, nil)
	for _, path := range []string{"/openapi.json", "/openapi.yaml"} {
		answer := s.Do("GET", path, "")
		document, err := openapi3.NewLoader().LoadFromData([]byte(answer.Body))
		if err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		if err := document.Validate(t.Context()); err != nil {
			t.Errorf("%s is not valid: %v", path, err)
		}
		if !strings.HasPrefix(document.OpenAPI, "3.1") {
			t.Errorf("%s is OpenAPI %s", path, document.OpenAPI)
		}
		if got := answer.Header.Get("Content-Type"); got != "application/openapi+"+path[len("/openapi."):] {
			t.Errorf("%s: Content-Type = %q", path, got)
		}
	}
}

// The test compares the description with the output of app routes, and with the Allow header
// of each path.
func TestOpenAPIDescriptionHasExactlyTheServedMethods(t *testing.T) {
	t.Parallel()
	s := startService(t, nil)
	var document struct {
		Paths map[string]map[string]any
	}
	if err := json.Unmarshal([]byte(s.Do("GET", "/openapi.json", "").Body), &document); err != nil {
		t.Fatal(err)
	}
	_, routes, _ := command(t, nil, "", "routes")
	served := 0
	for line := range strings.Lines(routes) {
		fields := strings.Fields(line)
		if fields[0] == "METHOD" {
			continue
		}
		served++
		if document.Paths[fields[1]][strings.ToLower(fields[0])] == nil {
			t.Errorf("%s %s is not described", fields[0], fields[1])
		}
	}
	described := 0
	for path, methods := range document.Paths {
		described += len(methods)
		allow := s.Do("OPTIONS", strings.NewReplacer("{id}", "1", "{shelf}", "1", "{file}", "x").Replace(path), "").Header.Get("Allow")
		for method := range methods {
			if !strings.Contains(allow, strings.ToUpper(method)) {
				t.Errorf("%s is described with %s, but allows %s", path, method, allow)
			}
		}
	}
	if served != described || served < 10 {
		t.Errorf("%d operations are served, %d described", served, described)
	}
}

func TestOpenAPICommandWritesWhatIsServed(t *testing.T) {
	t.Parallel()
	s := startService(t, nil)
	for path, args := range map[string][]string{"/openapi.json": {"openapi"}, "/openapi.yaml": {"openapi", "--yaml"}} {
		status, stdout, stderr := command(t, nil, "", args...)
		if served := s.Do("GET", path, ""); status != 0 || served.Status != http.StatusOK || strings.TrimSpace(stdout) != strings.TrimSpace(served.Body) {
			t.Errorf("app %v = %d %s, differs from %s", args, status, stderr, path)
		}
	}
}

// served starts a service with the fixtures.
func served(t *testing.T) openapitest.Do {
	t.Helper()
	return startService(t, nil).Do
}

func TestExamplesInTheDescriptionWork(t *testing.T) {
	t.Parallel()
	openapitest.Examples(t, served)
}

func TestProblemsInTheDescriptionAreTheOnesAnswered(t *testing.T) {
	t.Parallel()
	openapitest.Problems(t, served)
}
