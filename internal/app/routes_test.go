package app

import (
	"context"
	"os"
	"strings"
	"testing"

	"example.com/templatesite/internal/database"
	"example.com/templatesite/internal/settings"
)

// routes.go has to name every URL that the packages register.
func TestRoutesGoNamesEveryURL(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("routes.go")
	if err != nil {
		t.Fatal(err)
	}
	empty := testService
	empty.Resources = nil
	p := &program{ctx: context.Background(), service: empty, config: &config{DatabaseURL: database.DefaultURL("none"), MaxInFlight: 1}, settings: []settings.Setting{}, secretFile: settings.NewSource(nil).SecretFile}
	api, err := p.api()
	if err != nil {
		t.Fatal(err)
	}
	for _, route := range api.Routes() {
		if !strings.Contains(string(text), route.Path+",") && !strings.Contains(string(text), route.Path+"\n") && !strings.Contains(string(text), route.Path+" //") {
			t.Errorf("routes.go does not name %s", route.Path)
		}
	}
}
