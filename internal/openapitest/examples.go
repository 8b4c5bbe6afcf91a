package openapitest

import (
	"crypto/rand"
	"encoding/json"
	"fmt"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"

	"example.com/templatesite/internal/webtest"
)

// Examples calls each operation with its required parameters and body, once for each example
// of another parameter, and wants a success that matches the description. start returns a
// service that has the items that the examples name.
func Examples(t *testing.T, start func(*testing.T) Do) {
	t.Helper()
	each(t, start, func(o *operation) {
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
			for _, p := range o.Parameters {
				body, header := o.body(mediaType)
				text := example(p.Value)
				if text == "" {
					o.t.Errorf("%s %s has no example", p.Value.In, p.Value.Name)
				}
				switch p.Value.In {
				case "query":
					o.success(o.target("")+query(p.Value.Name, text), body, header)
				case "header":
					if p.Value.Name == "Idempotency-Key" { // feature: idempotency
						text = rand.Text() // an earlier request may have used the example
					}
					if o.method != http.MethodDelete { // the next request would find nothing
						o.success(o.target(""), body, header, p.Value.Name+": "+text)
					}
				}
			}
			body, header := o.body(mediaType)
			o.success(o.target(""), body, header)
		}
	})
}

// success sends a request that must succeed, and compares the response with the description.
func (o *operation) success(target, body string, headers ...string) {
	o.t.Helper()
	headers = slices.DeleteFunc(headers, func(header string) bool { return header == "" })
	answer := o.do(o.method, target, body, headers...)
	if o.method == http.MethodDelete && answer.Status == http.StatusConflict {
		answer = o.do(o.method, o.target("2"), body, headers...) // the fixtures refer to the first row
	}
	documented := o.Responses.Value(fmt.Sprint(answer.Status))
	if documented == nil || answer.Status >= 300 {
		o.t.Errorf("%s %s %q = %d, which is not a success of the description: %s", o.method, target, headers, answer.Status, answer.Body)
		return
	}
	o.compare(answer, documented.Value)
	for _, name := range []string{"Location", "Link"} { // their examples are addresses of this operation or below it
		if header := documented.Value.Headers[name]; header != nil {
			o.exampleAddress(name, fmt.Sprint(header.Value.Schema.Value.Examples[0]), answer.Header.Get(name))
		}
	}
}

// exampleAddress wants the example of a header to have the path of the real one, except for
// the id at its end.
func (o *operation) exampleAddress(name, example, answered string) {
	o.t.Helper()
	path := func(text string) string {
		_, text, _ = strings.Cut(text, "://")
		_, text, _ = strings.Cut(text, "/")
		text, _, _ = strings.Cut(text, "?")
		return text[:strings.LastIndex(text, "/")+1]
	}
	if answered != "" && path(example) != path(answered) {
		o.t.Errorf("%s is %s, the example is %s", name, answered, example)
	}
}

// maxBodyBytes is the size of the largest body that the service may accept.
const maxBodyBytes = 1 << 20

// Problems provokes the problems that a request can cause, and wants each to be the example
// of the description. The service accepts bodies of at most 1 MiB. The status codes 408, 500,
// 503 and 504 are not provoked.
func Problems(t *testing.T, start func(*testing.T) Do) {
	t.Helper()
	each(t, start, func(o *operation) {
		body, header := "", "X-Unused: 1"
		if o.RequestBody != nil {
			body, header = o.body("application/json")
		}
		provoke := map[string]func() webtest.Response{
			"400": func() webtest.Response { return o.do(o.method, o.target(""), "{", header) },
			"404": func() webtest.Response { return o.do(o.method, o.target("999999"), body, header) },
			"406": func() webtest.Response { return o.do(o.method, o.target(""), body, header, "Accept: image/png") },
			"412": func() webtest.Response { return o.do(o.method, o.target(""), body, header, `If-Match: "other"`) },
			"413": func() webtest.Response { // a client that sends the body unasked may lose the response
				return o.do(o.method, o.target(""), strings.Repeat(" ", maxBodyBytes+1), header, "Expect: 100-continue")
			},
			"415": func() webtest.Response { return o.do(o.method, o.target(""), body, "Content-Type: text/plain") },
			"422": func() webtest.Response { return o.provokeInvalid(body, header) },
		}
		for status, documented := range o.Responses.Map() {
			if provoke[status] == nil {
				continue
			}
			answer := provoke[status]()
			if fmt.Sprint(answer.Status) != status {
				o.t.Errorf("%d, want %s: %s", answer.Status, status, answer.Body)
				continue
			}
			o.compare(answer, documented.Value)
			o.compareProblem(answer, documented.Value)
		}
	})
}

// provokeInvalid sends a request that is invalid at the location of the example: with an
// empty object, with x for the numbers in the path, or with an unknown parameter.
func (o *operation) provokeInvalid(body, header string) webtest.Response {
	location := ""
	if example, ok := o.Responses.Value("422").Value.Content["application/problem+json"].Example.(map[string]any); ok {
		errors, _ := example["errors"].([]any)
		if len(errors) > 0 {
			location, _ = errors[0].(map[string]any)["location"].(string)
		}
	}
	in, name, _ := strings.Cut(location, ".")
	switch in {
	case "body":
		return o.do(o.method, o.target(""), "{}", header)
	case "path":
		return o.do(o.method, o.target("x"), body, header)
	}
	return o.do(o.method, o.target("")+query(name, "x"), body, header)
}

// compareProblem wants the problem of the example, except for the id of the request.
func (o *operation) compareProblem(answer webtest.Response, documented *openapi3.Response) {
	o.t.Helper()
	var got map[string]any
	if err := json.Unmarshal([]byte(answer.Body), &got); err != nil {
		o.t.Fatal(err)
	}
	want, ok := documented.Content["application/problem+json"].Example.(map[string]any)
	if !ok {
		o.t.Fatalf("%d has no example", answer.Status)
	}
	if got["request_id"] == nil {
		o.t.Errorf("%d has no request_id", answer.Status)
	}
	delete(got, "request_id")
	delete(want, "request_id")
	if !reflect.DeepEqual(got, want) {
		o.t.Errorf("the answer is %v, the example %v", got, want)
	}
}
