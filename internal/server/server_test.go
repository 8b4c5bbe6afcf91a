package server_test

import (
	"context"
	"errors"
	"net"
	"net/http"
	"testing"
	"time"

	"example.com/templatesite/internal/logging/logtest"
	"example.com/templatesite/internal/server"
)

// run starts a server and returns its URL, and functions that stop it and wait.
func run(t *testing.T, s *server.Server) (url string, stop func(), wait func() error) {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s.Log = logtest.New(t)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- s.Run(ctx, ln) }()
	return "http://" + ln.Addr().String(), cancel, func() error { return <-done }
}

func TestRequestsAreServedWhileDrainingAndTheirConnectionsEnd(t *testing.T) {
	t.Parallel()
	stopping := make(chan struct{})
	url, stop, wait := run(t, &server.Server{
		Handler:         http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}),
		Stopping:        func() { close(stopping) },
		DrainDelay:      200 * time.Millisecond,
		ShutdownTimeout: time.Second,
	})
	for _, want := range []bool{false, true} {
		response, err := http.Get(url)
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
		if response.Close != want {
			t.Errorf("Connection: close = %v, want %v", response.Close, want)
		}
		stop()
		<-stopping
		time.Sleep(10 * time.Millisecond)
	}
	if err := wait(); err != nil {
		t.Error(err)
	}
	if _, err := http.Get(url); err == nil {
		t.Error("a stopped server answers")
	}
}

func TestRequestThatTakesTooLongIsCutOffAndSaid(t *testing.T) {
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

func TestIdleConnectionDoesNotHoldUpTheEndForLong(t *testing.T) {
	t.Parallel()
	url, stop, wait := run(t, &server.Server{
		Handler:         http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}),
		ShutdownTimeout: time.Minute,
	})
	response, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	stop()
	if err := wait(); err != nil {
		t.Error(err)
	}
}
