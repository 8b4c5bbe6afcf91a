package web

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"
)

const (
	requestIDHeader  = "X-Request-ID"
	exampleRequestID = "MSX2ZLHVFHWKEBQ6XUIMVB4B7X"
	exampleETag      = `"1f0hk2s8qz"`
	exampleBase      = "http://localhost:8000"
)

// The headers of problems.
var problemHeaders = map[string]string{
	"Accept":       "The media types that are accepted.",
	"Accept-Patch": "The media types that PATCH accepts (RFC 5789).",
	"Accept-Post":  "The media types that POST accepts.",
	"Connection":   "The service closes the connection.",
	"ETag":         "The current version.",
	"Retry-After":  "Retry after this many seconds.",
}

// complete adds what all operations share to their descriptions: the header with the request's
// id, and each problem exactly as the service returns it.
func (a *API) complete() {
	a.describeSecurity()
	components := a.OpenAPI().Components
	id := func(description string) *huma.Param {
		one, most := 1, 128
		return &huma.Param{Description: description, Schema: &huma.Schema{
			Type: huma.TypeString, MinLength: &one, MaxLength: &most, Pattern: "^[A-Za-z0-9._-]+$", Examples: []any{exampleRequestID},
		}}
	}
	answered, sent := id("The request's id. Quote it in a report: it finds the request in the log."),
		id("An id for the request, to find it in the log. If absent, the service assigns one.")
	sent.Name, sent.In = requestIDHeader, "header"
	components.Headers = map[string]*huma.Header{requestIDHeader: answered}
	components.Parameters = map[string]*huma.Param{requestIDHeader: sent}
	a.describeDeletions()
	for _, item := range a.OpenAPI().Paths {
		for method, op := range operations(item) {
			a.completeOperation(method, op)
		}
	}
}

func (a *API) completeOperation(method string, op *huma.Operation) {
	a.secure(op)
	a.describeThrottle(op) // feature: throttle
	op.Security = a.bySchemes(op.Security)
	if op.RequestBody != nil {
		for _, media := range op.RequestBody.Content {
			media.Example = a.example(media.Schema)
		}
	} else {
		// usualErrors cannot know whether the operation has a body.
		for _, status := range []string{"408", "413", "415"} {
			delete(op.Responses, status)
		}
	}
	for _, p := range op.Parameters {
		if p.In == "path" && len(p.Schema.Examples) > 0 {
			p.Example = p.Schema.Examples[0] // which pages that document the API fill in
		}
	}
	boundLists(op)
	isConditional := func(p *huma.Param) bool { return p.Name == "If-None-Match" }
	if method == http.MethodGet && slices.ContainsFunc(op.Parameters, isConditional) {
		op.Responses["304"] = &huma.Response{
			Description: "Not Modified: If-None-Match has the current ETag.",
			Headers:     map[string]*huma.Param{"ETag": header("The current version.", exampleETag)},
		}
	}
	op.Responses["default"] = problemResponse("Any other problem.")
	op.Parameters = append(op.Parameters, &huma.Param{Ref: "#/components/parameters/" + requestIDHeader})
	for text, response := range op.Responses {
		if response.Headers == nil {
			response.Headers = map[string]*huma.Param{}
		}
		response.Headers[requestIDHeader] = &huma.Param{Ref: "#/components/headers/" + requestIDHeader}
		status, _ := strconv.Atoi(text) // 0 for the default
		if media := response.Content["application/problem+json"]; media != nil && status != 0 {
			completeProblem(response, media, a.exampleProblem(status, op))
		} else if media := response.Content["application/json"]; media != nil && media.Example == nil {
			media.Example = a.example(media.Schema)
		}
		a.completeAddresses(op, response)
	}
}

// boundLists sets the maximum length of a list, which is the maximum of its limit parameter.
func boundLists(op *huma.Operation) {
	for _, p := range op.Parameters {
		if p.In != "query" || p.Name != limitParameter || p.Schema.Maximum == nil {
			continue
		}
		for _, response := range op.Responses {
			if media := response.Content["application/json"]; media != nil && media.Schema.Type == huma.TypeArray {
				most := int(*p.Schema.Maximum)
				media.Schema.MaxItems = &most
			}
		}
	}
}

// completeAddresses gives Location and Link examples with the operation's own address. The
// address of a new resource is its href.
func (a *API) completeAddresses(op *huma.Operation, response *huma.Response) {
	own := exampleBase + examplePath(op)
	if location := response.Headers["Location"]; location != nil {
		address := own + "1"
		if body, ok := response.Content["application/json"].Example.(map[string]any); ok && body["href"] != nil {
			address = fmt.Sprint(body["href"])
		}
		location.Schema.Examples = []any{address}
	}
	if link := response.Headers["Link"]; link != nil {
		after := "2"
		for _, p := range op.Parameters {
			if p.Name == afterParameter && p.Schema.Type == huma.TypeString {
				after = exampleCursor
			}
		}
		link.Schema.Examples = []any{"<" + own + "?after=" + after + `&limit=2>; rel="next"`}
	}
}

// examplePath is the path of an operation with the examples of its parameters filled in.
func examplePath(op *huma.Operation) string {
	path := op.Path
	for _, p := range op.Parameters {
		if p.In == "path" && len(p.Schema.Examples) > 0 {
			path = strings.ReplaceAll(path, "{"+p.Name+"}", fmt.Sprint(p.Schema.Examples[0]))
		}
	}
	return path
}

func completeProblem(response *huma.Response, media *huma.MediaType, p *Problem) {
	if p == nil {
		return
	}
	for name, description := range problemHeaders {
		if value := p.header.Get(name); value != "" {
			response.Headers[name] = header(description, value)
		}
	}
	c := *p
	c.RequestID = exampleRequestID
	media.Example = &c
}

func header(description, example string) *huma.Param {
	return &huma.Param{Description: description, Schema: &huma.Schema{Type: huma.TypeString, Examples: []any{example}}}
}

// exampleProblem is the problem that an operation returns with this status, or nil.
func (a *API) exampleProblem(status int, op *huma.Operation) *Problem {
	switch status {
	case http.StatusBadRequest:
		return malformed("", "the JSON value ends too early")
	case http.StatusNotFound:
		return ErrNotFound
	case http.StatusNotAcceptable:
		return notAcceptable
	case http.StatusRequestTimeout:
		return tooSlow
	case http.StatusPreconditionFailed:
		return preconditionFailed(exampleETag)
	case http.StatusRequestEntityTooLarge:
		return tooLarge
	case http.StatusUnsupportedMediaType:
		return unsupported(op)
	case http.StatusUnprocessableEntity:
		return a.exampleInvalid(op)
	case http.StatusInternalServerError:
		return ErrInternal
	case http.StatusServiceUnavailable:
		return overloaded
	case http.StatusGatewayTimeout:
		return ErrTimeout
	}
	return nil
}

// exampleInvalid is the response of an operation to an invalid request: an empty object as its
// body; if it has no body, x for each number in its path; else an unknown parameter.
func (a *API) exampleInvalid(op *huma.Operation) *Problem {
	if op.RequestBody != nil {
		for _, media := range op.RequestBody.Content {
			set := ruleset{registry: a.OpenAPI().Components.Schemas, schema: media.Schema}
			if p := set.validate(map[string]any{}); p != nil {
				return p
			}
		}
	}
	var wrong fieldErrors
	for _, p := range op.Parameters {
		if p.In == "path" {
			wrong.addParameter("path", p.Name, misspelt(p.Schema, "x"))
		}
	}
	if wrong.count == 0 {
		wrong.addParameter("query", "unknown", unknownParameter)
	}
	return invalid(wrong.list()...)
}

// example combines the examples of a schema's parts into a value. It returns nil if a
// required part has no example.
func (a *API) example(s *huma.Schema) any {
	s = a.Resolve(s)
	switch {
	case len(s.Examples) > 0:
		return s.Examples[0]
	case s.Type == huma.TypeArray:
		if item := a.example(s.Items); item != nil {
			return []any{item}
		}
	case s.Type == huma.TypeObject && len(s.Properties) > 0:
		object := map[string]any{}
		for _, name := range slices.Sorted(maps.Keys(s.Properties)) {
			if value := a.example(s.Properties[name]); value != nil {
				object[name] = value
			} else if slices.Contains(s.Required, name) {
				return nil
			}
		}
		return object
	}
	return nil
}
