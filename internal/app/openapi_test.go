package app

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
)

func TestOpenAPIDescriptionIsValidAndHasEveryRoute(t *testing.T) {
	t.Parallel()
	s := startService(t, nil)
	for _, path := range []string{"/openapi.json", "/openapi.yaml"} {
		answer := s.do("GET", path, "")
		document, err := openapi3.NewLoader().LoadFromData([]byte(answer.body))
		if err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		if err := document.Validate(t.Context()); err != nil {
			t.Errorf("%s is not valid: %v", path, err)
		}
		if !strings.HasPrefix(document.OpenAPI, "3.1") {
			t.Errorf("%s is OpenAPI %s", path, document.OpenAPI)
		}
		files := document.Paths.Value("/static/{file}").Get.Responses.Value("200").Value.Content
		if files["text/css"] == nil || files["text/javascript"] == nil || files["*/*"] != nil {
			t.Errorf("%s describes files as %v", path, files)
		}
		if got := answer.header.Get("Content-Type"); got != "application/openapi+"+path[len("/openapi."):] {
			t.Errorf("%s: Content-Type = %q", path, got)
		}
	}
}

// What the mux answers and what the description says must be the same: the
// description is asked for each path, and the service for its methods.
func TestOpenAPIDescriptionHasTheMethodsThatAreAnswered(t *testing.T) {
	t.Parallel()
	s := startService(t, nil)
	var document struct {
		Paths map[string]map[string]any
	}
	if err := json.Unmarshal([]byte(s.do("GET", "/openapi.json", "").body), &document); err != nil {
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
		allow := s.do("OPTIONS", strings.NewReplacer("{id}", "1", "{shelf}", "1", "{file}", "x").Replace(path), "").header.Get("Allow")
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
		if served := s.do("GET", path, ""); status != 0 || served.status != http.StatusOK || strings.TrimSpace(stdout) != strings.TrimSpace(served.body) {
			t.Errorf("app %v = %d %s, differs from %s", args, status, stderr, path)
		}
	}
}
