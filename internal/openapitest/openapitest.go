// Package openapitest compares a service with its OpenAPI description: it sends every example
// of a request, causes every problem that a request can cause, and compares the responses with
// the description. Only tests import it.
//
// It does not know what the service does, so it checks a new resource without a line of its
// own.
package openapitest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"

	"example.com/templatesite/internal/webtest"
)

// Do sends a request to the service. Headers are "Name: value".
type Do func(method, target, body string, headers ...string) webtest.Response

// operation is one operation of the description, with a service of its own.
type operation struct {
	*openapi3.Operation
	t            *testing.T
	do           Do
	method, path string
}

// each runs test for every operation except those of files.
func each(t *testing.T, start func(*testing.T) Do, test func(o *operation)) {
	t.Helper()
	document, err := openapi3.NewLoader().LoadFromData([]byte(start(t)("GET", "/openapi.json", "").Body))
	if err != nil {
		t.Fatal(err)
	}
	// patternDescription, for clients that show it, is no keyword of OpenAPI.
	if err := document.Validate(t.Context(), openapi3.AllowExtraSiblingFields("patternDescription")); err != nil {
		t.Error(err)
	}
	for path, item := range document.Paths.Map() {
		for method, op := range item.Operations() {
			if slices.Contains(op.Tags, "files") {
				continue
			}
			t.Run(method+" "+path, func(t *testing.T) {
				t.Parallel()
				test(&operation{op, t, start(t), method, path})
			})
		}
	}
}

// unique returns the names of the properties that no two rows have in common.
func unique(schema *openapi3.Schema) []string {
	var names []string
	for name, property := range schema.Properties {
		if property.Value.Extensions["x-unique"] == true {
			names = append(names, name)
		}
	}
	return names
}

// body returns the example of a body and its Content-Type, or nothing without a body.
func (o *operation) body(mediaType string) (text, header string) {
	if o.RequestBody == nil {
		return "", ""
	}
	media := o.RequestBody.Value.Content[mediaType]
	example, err := json.Marshal(media.Example)
	if err != nil || string(example) == "null" {
		o.t.Fatalf("no example of a body: %v", err)
	}
	text = string(example)
	if o.method == http.MethodPost { // a row of the fixtures has the values of the example
		text = webtest.Another(o.t, text, unique(media.Schema.Value)...)
	}
	return text, "Content-Type: " + mediaType
}

// target is the path with id for its parameters, or with their examples if id is empty.
func (o *operation) target(id string) string {
	target := o.path
	for _, p := range o.Parameters {
		if value := id; p.Value.In == "path" {
			if value == "" {
				value = example(p.Value)
			}
			target = strings.ReplaceAll(target, "{"+p.Value.Name+"}", value)
		}
	}
	return target
}

// example is the example of a parameter as it is sent, or empty.
func example(p *openapi3.Parameter) string {
	if len(p.Schema.Value.Examples) == 0 {
		return ""
	}
	if list, ok := p.Schema.Value.Examples[0].([]any); ok {
		return fmt.Sprint(list[0])
	}
	return fmt.Sprint(p.Schema.Value.Examples[0])
}

// compare compares a response with what the description says about its status.
func (o *operation) compare(answer webtest.Response, documented *openapi3.Response) {
	o.t.Helper()
	for name := range documented.Headers {
		if answer.Header.Get(name) == "" && !slices.Contains([]string{"Link", "Total-Count", "Preference-Applied"}, name) {
			o.t.Errorf("%d has no %s", answer.Status, name)
		}
	}
	for _, name := range []string{"Accept", "Accept-Patch", "Accept-Post", "ETag", "Link", "Location", "Retry-After", "X-Request-ID"} {
		if answer.Header.Get(name) != "" && documented.Headers[name] == nil {
			o.t.Errorf("%d has a header %s, which is not described", answer.Status, name)
		}
	}
	mediaType, _, _ := strings.Cut(answer.Header.Get("Content-Type"), ";")
	media := documented.Content[mediaType]
	switch {
	case media == nil && answer.Body != "":
		o.t.Errorf("%d has the type %q, which is not described", answer.Status, mediaType)
	case media != nil && media.Schema != nil && strings.HasSuffix(mediaType, "json"):
		var value any
		if err := json.Unmarshal([]byte(answer.Body), &value); err != nil {
			o.t.Fatal(err)
		}
		if err := media.Schema.Value.VisitJSON(value); err != nil {
			o.t.Errorf("%d is not as described: %v: %s", answer.Status, err, answer.Body)
		}
	}
}

// query is a query string of one parameter.
func query(name, value string) string { return "?" + name + "=" + url.QueryEscape(value) }
