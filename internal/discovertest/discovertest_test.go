package discovertest_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"example.com/templatesite/internal/databasetest"
	"example.com/templatesite/internal/discovertest"
	"example.com/templatesite/internal/middleware"
	"example.com/templatesite/internal/sampletest"
	"example.com/templatesite/internal/web"
)

func serve(t *testing.T, api *web.API) string {
	t.Helper()
	server := httptest.NewServer(web.Chain(api, middleware.RequestInfo(nil)))
	t.Cleanup(server.Close)
	return server.URL
}

func TestResourcesAreFoundAndAcceptTheirBodies(t *testing.T) {
	t.Parallel()
	db := databasetest.Open(t, sampletest.Resources())
	sampletest.Load(t, db)
	url := serve(t, sampletest.NewAPI(db))
	all, err := discovertest.All(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, r := range all {
		names = append(names, r.Name)
		for _, text := range []string{"", "one", strings.Repeat("é", int(r.MaxLength))} {
			response, err := http.Post(url+r.Path, "application/json", strings.NewReader(r.Body(text)))
			if err != nil {
				t.Fatal(err)
			}
			response.Body.Close()
			if response.StatusCode != http.StatusCreated {
				t.Errorf("POST %s %s = %d", r.Path, r.Body(text), response.StatusCode)
			}
		}
	}
	if got := strings.Join(names, " "); got != "book shelf" {
		t.Errorf("found %q", got)
	}
	first, err := discovertest.First(t.Context(), url)
	if err != nil || first.Item(1) != "/book/1" || first.Route != "/book/{id}" {
		t.Errorf("%+v, %v", first, err)
	}
}

func TestServiceWithoutResourcesHasNone(t *testing.T) {
	t.Parallel()
	api := web.NewAPI(web.Options{Title: "empty", Version: "test", MaxBodyBytes: 1000})
	api.Documents()
	if _, err := discovertest.First(t.Context(), serve(t, api)); !errors.Is(err, discovertest.ErrNone) {
		t.Errorf("error %v", err)
	}
}
