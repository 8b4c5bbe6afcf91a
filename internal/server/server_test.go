package server_test

import (
	"context"
	"errors"
	"net"
	"net/http"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"example.com/templatesite/internal/logtest"
	"example.com/templatesite/internal/server"
)

// run starts a server, and returns its URL and functions that stop it and wait for its end.
func run(t *testing.T, s *server.Server) (url string, stop func(), wait func() error) {
	t.Helper()
	ln := listen(t)
	stop, wait = runOn(t, s, ln)
	return "http://" + ln.Addr().String(), stop, wait
}

func listen(t *testing.T) net.Listener {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return ln
}

func runOn(t *testing.T, s *server.Server, ln net.Listener) (stop func(), wait func() error) {
	t.Helper()
	s.Log = logtest.New(t)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- s.Run(ctx, ln) }()
	return cancel, func() error { return <-done }
}

// requestAndStop checks that a server answers a request and stops without an error.
func requestAndStop(t *testing.T, url string, stop func(), wait func() error) {
	t.Helper()
	client := http.Client{Timeout: 5 * time.Second}
	response, err := client.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	stop()
	if err := wait(); err != nil {
		t.Error(err)
	}
}

func TestConnectionsCloseOnlyAfterTheListenersAreClosed(t *testing.T) {
	t.Parallel()
	stopping := make(chan struct{})
	url, stop, wait := run(t, &server.Server{
		Handler:         http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}),
		Stopping:        func() { close(stopping) },
		DrainDelay:      200 * time.Millisecond,
		ShutdownTimeout: 2 * time.Second,
	})
	client := &http.Client{Transport: &http.Transport{}} // keeps one connection
	get := func(when string, closes bool) {
		response, err := client.Get(url)
		if err != nil {
			t.Fatalf("%s: %v", when, err)
		}
		response.Body.Close()
		if response.Close != closes {
			t.Errorf("%s: Connection: close = %v, want %v", when, response.Close, closes)
		}
	}
	get("while serving", false)
	stop()
	<-stopping
	get("during DrainDelay", false)
	awaitClosed(t, url)
	get("after the listeners are closed", true)
	if err := wait(); err != nil {
		t.Error(err)
	}
}

// awaitClosed returns when the server no longer accepts connections.
func awaitClosed(t *testing.T, url string) {
	t.Helper()
	for {
		conn, err := net.Dial("tcp", strings.TrimPrefix(url, "http://"))
		if err != nil {
			return
		}
		conn.Close()
		time.Sleep(5 * time.Millisecond)
	}
}

func TestRequestLongerThanShutdownTimeoutIsAnError(t *testing.T) {
	t.Parallel()
	began, end := make(chan struct{}), make(chan struct{})
	defer close(end)
	url, stop, wait := run(t, &server.Server{
		Handler:         http.HandlerFunc(func(http.ResponseWriter, *http.Request) { close(began); <-end }),
		ShutdownTimeout: 50 * time.Millisecond,
	})
	go func() { _, _ = http.Get(url) }()
	<-began
	stop()
	if err := wait(); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("Run = %v", err)
	}
}

func TestIdleConnectionDoesNotDelayTheShutdown(t *testing.T) {
	t.Parallel()
	url, stop, wait := run(t, &server.Server{
		Handler:         http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}),
		ShutdownTimeout: time.Minute,
	})
	requestAndStop(t, url, stop, wait)
}

func TestUnusedConnectionDoesNotDelayTheShutdown(t *testing.T) {
	t.Parallel()
	url, stop, wait := run(t, &server.Server{
		Handler:         http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}),
		ShutdownTimeout: time.Second,
	})
	unused, err := net.Dial("tcp", strings.TrimPrefix(url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer unused.Close()
	// Connections are accepted in order: this one before that of the request.
	requestAndStop(t, url, stop, wait)
}

// failingListener is a listener whose first calls of Accept fail.
type failingListener struct {
	net.Listener
	times int
}

func (f *failingListener) Accept() (net.Conn, error) {
	if f.times--; f.times >= 0 {
		return nil, os.NewSyscallError("accept4", syscall.ENOBUFS)
	}
	return f.Listener.Accept()
}

func TestServerContinuesAfterAcceptFails(t *testing.T) {
	t.Parallel()
	ln := listen(t)
	stop, wait := runOn(t, &server.Server{
		Handler:         http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}),
		ShutdownTimeout: time.Second,
	}, &failingListener{ln, 2})
	requestAndStop(t, "http://"+ln.Addr().String(), stop, wait)
}

func TestEveryRequestReachesTheHandler(t *testing.T) {
	t.Parallel()
	url, _, _ := run(t, &server.Server{
		Handler:         http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTeapot) }),
		ShutdownTimeout: time.Second,
	})
	request, err := http.NewRequest(http.MethodOptions, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	request.URL.Opaque = "*"
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusTeapot {
		t.Errorf("OPTIONS * = %s, want the response of the handler", response.Status)
	}
}
