package systemtest

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"testing"

	"example.com/templatesite/internal/discovertest"
	"example.com/templatesite/internal/webtest"
)

// Every service of these tests has the resources of the one at baseURL.
var firstResource = sync.OnceValues(func() (discovertest.Resource, error) {
	return discovertest.First(context.Background(), baseURL)
})

// needResource returns a resource of the service, and skips the test if there is none.
func needResource(t *testing.T) discovertest.Resource {
	t.Helper()
	resource, err := firstResource()
	if errors.Is(err, discovertest.ErrNone) {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	return resource
}

// row is a row of a resource, as the API returns it.
type row map[string]any

func (r row) id() int64 {
	id, _ := r["id"].(float64) // as encoding/json reads numbers
	return int64(id)
}

func (r row) href() string {
	href, _ := r["href"].(string)
	return href
}

// create creates a row, which outlives the test.
func create(t *testing.T, c *webtest.Client, resource discovertest.Resource, text string) row {
	t.Helper()
	return webtest.JSON[row](t, c.Want(http.StatusCreated, "POST", resource.Path, resource.Body(text)))
}
