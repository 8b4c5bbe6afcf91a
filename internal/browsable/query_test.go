package browsable_test

import (
	"net/http"
	"strings"
	"testing"

	"example.com/templatesite/internal/browsable"
	"example.com/templatesite/internal/databasetest"
	"example.com/templatesite/internal/sampletest"
	"example.com/templatesite/internal/webtest"
)

func TestBooleanFilterIsASelectOnThePage(t *testing.T) {
	t.Parallel()
	db := databasetest.OpenSQLite(t, sampletest.Resources())
	sampletest.Load(t, db)
	api := sampletest.NewAPI(db)
	c := webtest.New(t, browsable.Pages(api, func(name string) string { return "/" + name })(api))
	page := c.Want(http.StatusOK, "GET", "/book/?listed=false&status=&shelf=", "", "Accept: text/html").Body
	_, control, _ := strings.Cut(page, `<select id="query-listed"`)
	control, _, _ = strings.Cut(control, "</select>")
	if !strings.Contains(control, "<option>true</option><option selected>false</option>") || !strings.Contains(page, "Emma") {
		t.Errorf("the control is %q on %s", control, page)
	}
}
