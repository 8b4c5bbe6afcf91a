package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
)

// operation is one operation of the description, with a service of its own.
type operation struct {
	*openapi3.Operation
	t            *testing.T
	service      *service
	method, path string
}

// eachOperation runs test for every operation but those of files.
func eachOperation(t *testing.T, env map[string]string, test func(o *operation)) {
	t.Helper()
	document, err := openapi3.NewLoader().LoadFromData([]byte(startService(t, nil).do("GET", "/openapi.json", "").body))
	if err != nil {
		t.Fatal(err)
	}
	for path, item := range document.Paths.Map() {
		for method, op := range item.Operations() {
			if slices.Contains(op.Tags, "files") {
				continue
			}
			t.Run(method+" "+path, func(t *testing.T) {
				t.Parallel()
				test(&operation{op, t, startService(t, env), method, path})
			})
		}
	}
}

// body returns the example of the body, and its type, or nothing.
func (o *operation) body(mediaType string) (text, header string) {
	if o.RequestBody == nil {
		return "", ""
	}
	example, err := json.Marshal(o.RequestBody.Value.Content[mediaType].Example)
	if err != nil || string(example) == "null" {
		o.t.Fatalf("no example of a body: %v", err)
	}
	return string(example), "Content-Type: " + mediaType
}

// target is the path, with the examples for its parameters, or other values.
func (o *operation) target(id string) string {
	target := o.path
	for _, p := range o.Parameters {
		if p.Value.In == "path" {
			target = strings.ReplaceAll(target, "{"+p.Value.Name+"}", firstOf(id, example(p.Value)))
		}
	}
	return target
}

func firstOf(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

// example is a parameter's, as it is sent, or empty.
func example(p *openapi3.Parameter) string {
	if len(p.Schema.Value.Examples) == 0 {
		return ""
	}
	if list, ok := p.Schema.Value.Examples[0].([]any); ok {
		return fmt.Sprint(list[0])
	}
	return fmt.Sprint(p.Schema.Value.Examples[0])
}

// success sends what must succeed, and compares the answer with the description.
func (o *operation) success(target, body string, headers ...string) {
	o.t.Helper()
	answer := o.service.do(o.method, target, body, headers...)
	documented := o.Responses.Value(fmt.Sprint(answer.status))
	if documented == nil || answer.status >= 300 {
		o.t.Errorf("%s %s %q = %d, which is no success of the description: %s", o.method, target, headers, answer.status, answer.body)
		return
	}
	o.compare(answer, documented.Value)
}

func (o *operation) compare(answer reply, documented *openapi3.Response) {
	o.t.Helper()
	for name := range documented.Headers {
		if answer.header.Get(name) == "" && name != "Link" {
			o.t.Errorf("%d has no %s", answer.status, name)
		}
	}
	for _, name := range []string{"ETag", "Link", "Location", "Retry-After", "X-Request-ID"} {
		if answer.header.Get(name) != "" && documented.Headers[name] == nil {
			o.t.Errorf("%d has a header %s, which is not described", answer.status, name)
		}
	}
	mediaType, _, _ := strings.Cut(answer.header.Get("Content-Type"), ";")
	media := documented.Content[mediaType]
	switch {
	case media == nil && answer.body != "":
		o.t.Errorf("%d has the type %q, which is not described", answer.status, mediaType)
	case media != nil && strings.HasSuffix(mediaType, "json") && mediaType != "application/openapi+json":
		var value any
		if err := json.Unmarshal([]byte(answer.body), &value); err != nil {
			o.t.Fatal(err)
		}
		if err := media.Schema.Value.VisitJSON(value); err != nil {
			o.t.Errorf("%d is not as described: %v: %s", answer.status, err, answer.body)
		}
	}
}

// Each example is sent by itself, on top of what the operation requires.
func TestExamplesOfTheDescriptionAreTrue(t *testing.T) {
	t.Parallel()
	eachOperation(t, nil, func(o *operation) {
		if o.Summary == "" || o.Description == "" && !slices.Contains(o.Tags, "documents") {
			o.t.Errorf("summary %q, description %q", o.Summary, o.Description)
		}
		types := []string{""}
		if o.RequestBody != nil {
			types = nil
			for mediaType := range o.RequestBody.Value.Content {
				types = append(types, mediaType)
			}
		}
		for _, mediaType := range types {
			body, header := o.body(mediaType)
			for _, p := range o.Parameters {
				text := example(p.Value)
				if text == "" {
					o.t.Errorf("%s %s has no example", p.Value.In, p.Value.Name)
				}
				switch p.Value.In {
				case "query":
					o.success(o.target("")+"?"+p.Value.Name+"="+url.QueryEscape(text), body, header)
				case "header":
					if o.method != http.MethodDelete { // it would be gone for the next one
						o.success(o.target(""), body, header, p.Value.Name+": "+text)
					}
				}
			}
			o.success(o.target(""), body, header)
		}
	})
}

// What cannot be provoked from outside (408, 500, 503, 504) has other tests; the
// examples of all are made of the problems that are answered.
func TestProblemsOfTheDescriptionAreTrue(t *testing.T) {
	t.Parallel()
	eachOperation(t, map[string]string{"MAX_BODY_BYTES": "1000"}, func(o *operation) {
		body, header := "", ""
		if o.RequestBody != nil {
			body, header = o.body("application/json")
		}
		invalid := o.target("x")
		if invalid == o.path && body == "" {
			for _, p := range o.Parameters {
				if p.Value.In == "query" {
					invalid = o.path + "?" + p.Value.Name + "=x"
					break
				}
			}
		}
		invalidBody := body
		if body != "" && invalid == o.path {
			invalidBody = "{}"
		}
		for status, provoke := range map[string]func() reply{
			"400": func() reply { return o.service.do(o.method, o.target(""), "{", header) },
			"404": func() reply { return o.service.do(o.method, o.target("999999"), body, header) },
			"406": func() reply { return o.service.do(o.method, o.target(""), body, header, "Accept: image/png") },
			"412": func() reply { return o.service.do(o.method, o.target(""), body, header, `If-Match: "other"`) },
			"413": func() reply { return o.service.do(o.method, o.target(""), strings.Repeat(" ", 2000), header) },
			"415": func() reply { return o.service.do(o.method, o.target(""), body, "Content-Type: text/plain") },
			"422": func() reply { return o.service.do(o.method, invalid, invalidBody, header) },
		} {
			documented := o.Responses.Value(status)
			if documented == nil {
				continue
			}
			answer := provoke()
			if fmt.Sprint(answer.status) != status {
				o.t.Errorf("%d, want %s: %s", answer.status, status, answer.body)
				continue
			}
			o.compare(answer, documented.Value)
			o.compareProblem(answer, documented.Value)
		}
	})
}

// compareProblem wants the documented example, but for the request's id.
func (o *operation) compareProblem(answer reply, documented *openapi3.Response) {
	o.t.Helper()
	var got map[string]any
	if err := json.Unmarshal([]byte(answer.body), &got); err != nil {
		o.t.Fatal(err)
	}
	want, ok := documented.Content["application/problem+json"].Example.(map[string]any)
	if !ok {
		o.t.Fatalf("%d has no example", answer.status)
	}
	if got["request_id"] == nil {
		o.t.Errorf("%d has no request_id", answer.status)
	}
	delete(got, "request_id")
	delete(want, "request_id")
	if !reflect.DeepEqual(got, want) {
		o.t.Errorf("the answer is %v, the example %v", got, want)
	}
}
