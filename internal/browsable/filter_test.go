package browsable_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"reflect"
	"testing"

	"github.com/danielgtaylor/huma/v2"

	"example.com/templatesite/internal/browsable"
	"example.com/templatesite/internal/browsertest"
	"example.com/templatesite/internal/logtest"
	"example.com/templatesite/internal/middleware"
	"example.com/templatesite/internal/web"
	"example.com/templatesite/internal/webtest"
)

// optional is a parameter of which it is known whether it was there.
type optional[T any] struct {
	Value T
	IsSet bool
}

func (optional[T]) Schema(r huma.Registry) *huma.Schema {
	return huma.SchemaFromType(r, reflect.TypeFor[T]())
}

func (o *optional[T]) Receiver() reflect.Value { return reflect.ValueOf(o).Elem().Field(0) }

func (o *optional[T]) OnParamSet(isSet bool, _ any) { o.IsSet = isSet }

// filters are parameters of every kind. What is empty in the query is refused.
type filters struct {
	Done  optional[bool] `query:"done" doc:"Whether it is done."`
	Kind  string         `query:"kind" enum:"tree,bush"`
	Since string         `query:"since" format:"date"`
	At    string         `query:"at" format:"date-time"`
	Tags  []string       `query:"tags" doc:"With any of these." example:"old,tall"`
	Max   int            `query:"max" minimum:"1" default:"10"`
	Text  string         `query:"text"`
}

func (*filters) Resolve(ctx huma.Context) []error {
	target := ctx.URL()
	for name, values := range target.Query() {
		if values[0] == "" {
			return []error{&huma.ErrorDetail{Message: "must not be empty", Location: "query." + name}}
		}
	}
	return nil
}

// shed is a service of one collection, which answers with its filters.
func shed(t *testing.T) http.Handler {
	api := web.NewAPI(web.Options{Title: "shed", Version: "1", MaxBodyBytes: 1000, Classify: func(error) *web.Problem { return nil }})
	type output struct{ Body map[string]string }
	web.Register(api, huma.Operation{OperationID: "list", Method: "GET", Path: "/tool/", Summary: "List"}, func(_ context.Context, in *filters) (*output, error) {
		return &output{map[string]string{"filters": fmt.Sprintf("%v %v %q %q %q %q %d %q", in.Done.IsSet, in.Done.Value, in.Kind, in.Since, in.At, in.Tags, in.Max, in.Text)}}, nil
	})
	api.File("files", "/static/{name}", "Files", func(w http.ResponseWriter, r *http.Request) {
		http.ServeFileFS(w, r, browsable.Files, r.PathValue("name"))
	})
	api.Documents()
	pages := browsable.Pages(api, func(name string) string { return "/static/" + name })
	return web.Chain(api, middleware.RequestInfo(nil), pages, middleware.Recover(logtest.New(t)))
}

func TestFilterOfEveryTypeIsShownAndSent(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(shed(t))
	t.Cleanup(server.Close)
	b := browsertest.Start(t)
	for _, scripts := range []bool{true, false} {
		tab := b.Open(t, server.URL)
		if !scripts {
			tab.WithoutScripts()
		}
		show := func(want string) {
			t.Helper()
			if status := tab.Follow("Show"); status != http.StatusOK {
				t.Errorf("the answer is a %d", status)
			}
			tab.Want(want)
		}
		tab.Visit("/tool/")
		show(`"false false \"\" \"\" \"\" [] 10 \"\""`)
		for _, found := range tab.Audit() {
			t.Error(found)
		}
		tab.Choose("#query-done", "false")
		show(`"true false`)
		tab.Choose("#query-done", "true")
		tab.Choose("#query-kind", "bush")
		tab.Type("#query-at", "2026-01-02T03:04:05.000001+01:00")
		tab.Type("#query-tags", "old,tall")
		tab.Type("#query-max", "3")
		tab.Type("#query-text", "a & b")
		show(`"true true \"bush\" \"\" \"2026-01-02T03:04:05.000001+01:00\" [\"old\" \"tall\"] 3 \"a & b\""`)
		if got := tab.Value("#query-done") + tab.Value("#query-kind") + tab.Value("#query-tags") + tab.Value("#query-max"); got != "truebushold,tall3" {
			t.Errorf("the filter shows %q", got)
		}
		tab.Type("#query-at", "yesterday")
		if status := tab.Follow("Show"); status != http.StatusUnprocessableEntity {
			t.Errorf("yesterday is a %d", status)
		}
		tab.Click("query.at")
	}
}

func TestPageKeepsAnEmptyParameterThatIsNoneOfItsForm(t *testing.T) {
	t.Parallel()
	c := webtest.New(t, shed(t))
	c.Want(http.StatusOK, "GET", "/tool/?done=&max=&kind=", "", html)
	c.Want(http.StatusUnprocessableEntity, "GET", "/tool/?done=&other=", "", html)
	c.Want(http.StatusUnprocessableEntity, "GET", "/tool/?done=", "")
	wantText(t, c.Want(http.StatusOK, "GET", "/tool/?done=true&max=", "", html), `>/tool/?done=true<`, `href="/tool/?done=true&amp;format=json"`)
}
