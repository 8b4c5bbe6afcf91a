package webtest_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"example.com/templatesite/internal/webtest"
)

// echo answers with the body that it received, and with other parts of the request in headers.
func echo(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Received-Host", r.Host)
	w.Header().Set("Received-Type", strings.Join(r.Header.Values("Content-Type"), ", "))
	w.Header().Set("Received-Tags", strings.Join(r.Header.Values("If-Match"), ", "))
	body, err := io.ReadAll(r.Body)
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	w.WriteHeader(http.StatusAccepted)
	_, _ = w.Write(body)
}

func TestClientSendsTheSameToAHandlerAndOverTheNetwork(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(echo))
	t.Cleanup(server.Close)
	for name, c := range map[string]*webtest.Client{
		"a handler": webtest.New(t, http.HandlerFunc(echo)), "a URL": webtest.At(t, server.URL+"/"),
	} {
		sent := c.Want(http.StatusAccepted, "PUT", "/x", `{"a":1}`, "", "Host: example.org", `If-Match: "1"`, `If-Match: "2"`)
		if got := sent.Header; sent.Body != `{"a":1}` || got.Get("Received-Host") != "example.org" ||
			got.Get("Received-Type") != "application/json" || got.Get("Received-Tags") != `"1", "2"` {
			t.Errorf("%s received %v and %s", name, got, sent.Body)
		}
		for header, want := range map[string]string{"Content-Type: text/plain": "text/plain", "Content-Type: ": ""} {
			if got := c.Do("PUT", "/x", "x", header).Header.Get("Received-Type"); got != want {
				t.Errorf("%s received the type %q, want %q", name, got, want)
			}
		}
		if got := c.Do("GET", "/x", "").Header.Get("Received-Type"); got != "" {
			t.Errorf("%s received the type %q without a body", name, got)
		}
		if got := c.DoReader("POST", "/x", io.MultiReader(strings.NewReader("a stream"))).Body; got != "a stream" {
			t.Errorf("%s received %q", name, got)
		}
		if got := webtest.JSON[map[string]int](t, sent); got["a"] != 1 {
			t.Errorf("%s received %v", name, got)
		}
	}
}

func TestClientWaitsForTheServiceToAskForABody(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/accept" {
			echo(w, r)
			return
		}
		w.WriteHeader(http.StatusRequestEntityTooLarge) // without having read the body
	}))
	t.Cleanup(server.Close)
	c := webtest.At(t, server.URL)
	unread := &counter{}
	if got := c.DoReader("POST", "/refuse", unread, "Expect: 100-continue"); got.Status != http.StatusRequestEntityTooLarge || unread.calls > 0 {
		t.Errorf("the status is %d, and the body was read %d times", got.Status, unread.calls)
	}
	if got := c.DoReader("POST", "/accept", strings.NewReader("sent"), "Expect: 100-continue").Body; got != "sent" {
		t.Errorf("the service received %q", got)
	}
}

// counter counts how often it is read.
type counter struct{ calls int }

func (c *counter) Read([]byte) (int, error) {
	c.calls++
	return 0, io.EOF
}

func TestSendReturnsTheErrorOfAConnection(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(echo))
	t.Cleanup(server.Close)
	transport := &http.Transport{}
	t.Cleanup(transport.CloseIdleConnections)
	answer, err := webtest.Send(t.Context(), transport, "POST", server.URL+"/x", "{}")
	if err != nil || answer.Status != http.StatusAccepted || answer.Body != "{}" {
		t.Errorf("%+v, %v", answer, err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := webtest.Send(ctx, transport, "GET", server.URL, ""); !errors.Is(err, context.Canceled) {
		t.Errorf("error = %v, want context.Canceled", err)
	}
}
