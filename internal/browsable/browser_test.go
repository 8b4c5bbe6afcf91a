package browsable_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"example.com/templatesite/internal/browsertest"
	"example.com/templatesite/internal/middleware"
	"example.com/templatesite/internal/web"
)

// Fields of every type can be filled in by hand, and sent again after a mistake.
func TestFormOfEveryTypeIsFilledInAndSent(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(web.Chain(garden(t), middleware.RequestInfo(nil)))
	t.Cleanup(server.Close)
	tab := browsertest.Start(t).Open(t, server.URL)
	tab.Visit("/plant/")
	if help := tab.Text("#help-post-name"); help != "What it is called.\n1 to 20 characters." {
		t.Errorf("the help of the name is %q", help)
	}
	tab.Type("#post-name", "Oak")
	tab.Choose("#post-kind", "tree")
	tab.Type("#post-height", "300")
	tab.Press("#post-indoor")
	tab.Type(`[name="place.room"]`, "hall")
	tab.Type("#post-code", "OAK")
	tab.Type("#post-note", "two\nlines")
	tab.Type("#post-rating", "4.5")
	tab.Choose("#post-watered", "true")
	tab.Type("#post-tags", `[1, 2]`)
	if status := tab.Follow("Create"); status != http.StatusUnprocessableEntity {
		t.Errorf("wrong tags are a %d", status)
	}
	tab.Want("expected string")
	for _, found := range tab.Audit() {
		t.Error(found)
	}
	tab.Type("#post-tags", `["old"]`)
	tab.Follow("Create")
	tab.Want("Created.", `"height": 300`, `"indoor": true`, `"room": "hall"`, `"code": "OAK"`, `"note": "two\nlines"`,
		`"rating": 4.5`, `"watered": true`, `"pots": 2`, `"old"`)
	tab.Follow("Save")
	tab.Want("Saved.", `"note": "two\nlines"`)
}

func TestErrorsAreSeenInABrowser(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(web.Chain(garden(t), middleware.RequestInfo(nil)))
	t.Cleanup(server.Close)
	tab := browsertest.Start(t).Open(t, server.URL)
	for path, want := range map[string]struct {
		status int
		text   string
	}{
		"/water": {http.StatusMethodNotAllowed, "This address does not support that method. It supports OPTIONS, POST."},
		"/panic": {http.StatusInternalServerError, "Internal Server Error."},
		"/sell":  {http.StatusServiceUnavailable, "The service is stopping. Try again."},
	} {
		if status := tab.Visit(path); status != want.status {
			t.Errorf("%s is a %d, want %d", path, status, want.status)
		}
		tab.Want(want.text)
		for _, found := range tab.Audit() {
			t.Errorf("%s: %s", path, found)
		}
	}
}
