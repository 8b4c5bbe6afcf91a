// Package webtest calls an API as its clients do, in memory or over the network:
//
//	c := webtest.NewAPI(t, book.Resource(), db)
//	created := c.Want(http.StatusCreated, "POST", "/book/", `{"title":"Emma"}`)
//	emma := webtest.JSON[book.Book](t, created)
//
// Only tests import it.
package webtest

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"example.com/templatesite/internal/database"
	"example.com/templatesite/internal/health"
	"example.com/templatesite/internal/logtest"
	"example.com/templatesite/internal/middleware"
	"example.com/templatesite/internal/web"
)

// Client sends requests to a handler or to a running service. It follows no redirects.
type Client struct {
	t    testing.TB
	send func(method, target string, body io.Reader, headers []string) (Response, error)
}

// New returns a client of a handler with the middlewares of the service around it. Their
// log goes to the output of the test. The host of the requests is example.org.
func New(t testing.TB, handler http.Handler) *Client {
	log := logtest.New(t)
	handler = web.Chain(handler,
		middleware.RequestInfo(nil), middleware.AccessLog(log, health.IsProbe), middleware.Recover(log), middleware.Deadline(10*time.Second))
	return &Client{t, func(method, target string, body io.Reader, headers []string) (Response, error) {
		r := httptest.NewRequestWithContext(t.Context(), method, target, body)
		r.Host = "example.org"
		setHeaders(r, headers)
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, r)
		return read(w.Result())
	}}
}

// NewAPI returns a client of an API with the routes of one resource on db.
func NewAPI(t testing.TB, resource web.Resource, db *database.DB) *Client {
	api := web.NewAPI(web.Options{
		Title: "test", Version: "test", MaxBodyBytes: 1 << 20, Classify: database.Classifier([]web.Resource{resource}),
	})
	resource.Routes(api, db.DB)
	return New(t, api)
}

// Do sends a request. Headers are "Name: value", and empty ones are ignored; Host sets the
// request's host. A body without a Content-Type is sent as JSON. The target is a path, or,
// for a client of a running service, also an absolute URL.
func (c *Client) Do(method, target, body string, headers ...string) Response {
	c.t.Helper()
	return c.DoReader(method, target, strings.NewReader(body), withType(body, headers)...)
}

// DoReader is Do without a default Content-Type. The request has a Content-Length only if
// package http knows the type of the reader.
func (c *Client) DoReader(method, target string, body io.Reader, headers ...string) Response {
	c.t.Helper()
	answer, err := c.send(method, target, body, headers)
	if err != nil {
		c.t.Fatalf("%s %s: %v", method, target, err)
	}
	return answer
}

// Want is Do, and fails the test if the response has another status.
func (c *Client) Want(status int, method, target, body string, headers ...string) Response {
	c.t.Helper()
	answer := c.Do(method, target, body, headers...)
	if answer.Status != status {
		c.t.Fatalf("%s %s = %d, want %d: %s", method, target, answer.Status, status, answer.Body)
	}
	return answer
}

// Response is an HTTP response with its whole body.
type Response struct {
	Status int
	Header http.Header
	Body   string
}

// With returns a JSON object with one member set to a value, which is nil for null.
func With(t testing.TB, object, name string, value any) string {
	t.Helper()
	members := map[string]any{}
	if err := json.Unmarshal([]byte(object), &members); err != nil {
		t.Fatal(err)
	}
	members[name] = value
	return marshal(t, members)
}

// Without returns a JSON object without one of its members.
func Without(t testing.TB, object, name string) string {
	t.Helper()
	members := map[string]any{}
	if err := json.Unmarshal([]byte(object), &members); err != nil {
		t.Fatal(err)
	}
	delete(members, name)
	return marshal(t, members)
}

func marshal(t testing.TB, members map[string]any) string {
	t.Helper()
	text, err := json.Marshal(members)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// JSON parses the body of a response.
func JSON[T any](t testing.TB, answer Response) T {
	t.Helper()
	var value T
	if err := json.Unmarshal([]byte(answer.Body), &value); err != nil {
		t.Fatalf("%v in %s", err, answer.Body)
	}
	return value
}

// withType adds the default Content-Type of a body.
func withType(body string, headers []string) []string {
	typed := func(header string) bool { return strings.HasPrefix(header, "Content-Type: ") }
	if body == "" || slices.ContainsFunc(headers, typed) {
		return headers
	}
	return append(slices.Clone(headers), "Content-Type: application/json")
}

func setHeaders(r *http.Request, headers []string) {
	for _, header := range headers {
		switch name, value, _ := strings.Cut(header, ": "); name {
		case "":
		case "Host":
			r.Host = value
		default:
			r.Header.Add(name, value)
		}
	}
}

// read reads a response to its end. A response that switches protocols has no end.
func read(response *http.Response) (Response, error) {
	defer response.Body.Close()
	answer := Response{Status: response.StatusCode, Header: response.Header}
	if response.StatusCode == http.StatusSwitchingProtocols {
		return answer, nil
	}
	body, err := io.ReadAll(response.Body)
	answer.Body = string(body)
	return answer, err
}
