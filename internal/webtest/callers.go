package webtest

import (
	"context"
	"io"
	"slices"
	"strings"
	"testing"

	"example.com/templatesite/internal/database"
	"example.com/templatesite/internal/web"
)

// With returns a client that sends these headers, too, with each request.
func (c *Client) With(headers ...string) *Client {
	return &Client{c.t, func(method, target string, body io.Reader, more []string) (Response, error) {
		return c.send(method, target, body, slices.Concat(headers, more))
	}}
}

// NewAskingAPI is NewAPI for an API that asks who changes something. The client is no caller: see As.
func NewAskingAPI(t testing.TB, resource web.Resource, db *database.DB) *Client {
	api := web.NewAPI(web.Options{
		Title: "test", Version: "test", MaxBodyBytes: 1 << 20, Classify: database.Classifier([]web.Resource{resource}),
		Authentication: web.AuthenticationWrite, Identify: []web.Identify{func(_ context.Context, credential string) (*web.Caller, error) {
			owner, scopes, _ := strings.Cut(credential, "/")
			return &web.Caller{ID: "test:" + owner, Name: owner, Owner: owner, Scopes: strings.Split(scopes, "/")}, nil
		}},
	})
	resource.Routes(api.For(resource.Name), db.DB)
	return New(t, api)
}

// As returns a client of the same API whose caller has an owner and scopes. The API is that of
// NewAskingAPI.
func (c *Client) As(owner string, scopes ...string) *Client {
	return c.With("Authorization: Bearer " + owner + "/" + strings.Join(scopes, "/"))
}
