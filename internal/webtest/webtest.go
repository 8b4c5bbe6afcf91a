// Package webtest calls an API as its clients do. Only tests import it.
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

// Client sends requests to a handler.
type Client struct {
	t       testing.TB
	handler http.Handler
}

// New returns a client of a handler, with the middlewares of the service around
// it. Their log goes to the output of the test.
func New(t testing.TB, handler http.Handler) *Client {
	log := logtest.New(t)
	return &Client{t, web.Chain(handler,
		middleware.RequestInfo(nil), middleware.AccessLog(log, health.IsProbe), middleware.Recover(log), middleware.Deadline(10*time.Second))}
}

// NewAPI returns a client of an API with the routes of one resource on db.
func NewAPI(t testing.TB, resource web.Resource, db *database.DB) *Client {
	api := web.NewAPI(web.Options{
		Title: "test", Version: "test", MaxBodyBytes: 1 << 20, Classify: database.Problem,
	})
	resource.Routes(api, db.DB)
	return New(t, api)
}

// Answer is a response that was read.
type Answer struct {
	Status int
	Header http.Header
	Body   string
}

// Do sends a request. Headers are "Name: value"; a body without a Content-Type
// is sent as JSON.
func (c *Client) Do(method, target, body string, headers ...string) Answer {
	c.t.Helper()
	typed := func(header string) bool { return strings.HasPrefix(header, "Content-Type: ") }
	if body != "" && !slices.ContainsFunc(headers, typed) {
		headers = append(headers, "Content-Type: application/json")
	}
	return c.DoReader(method, target, strings.NewReader(body), headers...)
}

// DoReader sends a request whose body has a length only if httptest knows it
// from the type of the reader.
func (c *Client) DoReader(method, target string, body io.Reader, headers ...string) Answer {
	c.t.Helper()
	r := httptest.NewRequestWithContext(c.t.Context(), method, target, body)
	for _, header := range headers {
		name, value, _ := strings.Cut(header, ": ")
		r.Header.Add(name, value)
	}
	w := httptest.NewRecorder()
	c.handler.ServeHTTP(w, r)
	response := w.Result()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		c.t.Fatal(err)
	}
	return Answer{response.StatusCode, response.Header, string(text)}
}

// Want fails the test when the answer has another status.
func (c *Client) Want(status int, method, target, body string, headers ...string) Answer {
	c.t.Helper()
	answer := c.Do(method, target, body, headers...)
	if answer.Status != status {
		c.t.Fatalf("%s %s = %d, want %d: %s", method, target, answer.Status, status, answer.Body)
	}
	return answer
}

// JSON reads the body into a T.
func JSON[T any](t testing.TB, answer Answer) T {
	t.Helper()
	var value T
	if err := json.Unmarshal([]byte(answer.Body), &value); err != nil {
		t.Fatalf("%v in %s", err, answer.Body)
	}
	return value
}
