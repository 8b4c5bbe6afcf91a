package admin_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"example.com/templatesite/internal/admin"
)

// gatherCounter counts how often its metrics are collected.
type gatherCounter struct {
	*prometheus.Registry
	collected chan struct{}
}

func (g gatherCounter) Collect(chan<- prometheus.Metric) { g.collected <- struct{}{} }
func (g gatherCounter) Describe(chan<- *prometheus.Desc) {}

// start serves the pages with live plots of these metrics.
func start(t *testing.T, numbers prometheus.Gatherer) (a *admin.Admin, address string) {
	a = admin.New(admin.Options{
		Ready:   func(context.Context) bool { return true },
		Health:  func(http.ResponseWriter, *http.Request) {},
		Numbers: numbers,
		Probe:   func(string) bool { return false },
		Level:   admin.NewLevel(new(slog.LevelVar), slog.New(slog.DiscardHandler)),
	})
	server := httptest.NewServer(a)
	t.Cleanup(func() { a.Close(); server.Close() })
	return a, server.Listener.Addr().String()
}

const handshake = "GET /debug/statsviz/ws HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n" +
	"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"

// connect requests the WebSocket of the live plots, and returns the connection and the status.
func connect(t *testing.T, address string) (net.Conn, int) {
	t.Helper()
	conn, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	fmt.Fprint(conn, handshake)
	response, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	return conn, response.StatusCode
}

func TestMetricsAreReadOnceForAllViewersAndNotWithoutViewers(t *testing.T) {
	t.Parallel()
	numbers := gatherCounter{prometheus.NewRegistry(), make(chan struct{}, 1000)}
	numbers.MustRegister(numbers)
	_, address := start(t, numbers)

	const most = 16
	begin := time.Now()
	var viewers []net.Conn
	for i := range most {
		conn, status := connect(t, address)
		if status != http.StatusSwitchingProtocols {
			t.Fatalf("viewer %d gets %d", i+1, status)
		}
		viewers = append(viewers, conn)
	}
	if _, status := connect(t, address); status != http.StatusServiceUnavailable {
		t.Errorf("the viewer beyond the limit gets %d", status)
	}
	time.Sleep(3200 * time.Millisecond)
	for end := time.Now().Add(20 * time.Second); len(numbers.collected) < 2 && time.Now().Before(end); {
		time.Sleep(10 * time.Millisecond)
	}
	if n, took := len(numbers.collected), time.Since(begin); n < 2 || n > int(took.Seconds())+1 {
		t.Errorf("the metrics were read %d times in %v for %d viewers", n, took, most)
	}
	viewers[0].Close()
	freed := false
	for end := time.Now().Add(5 * time.Second); !freed && time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
		conn, status := connect(t, address)
		freed = status == http.StatusSwitchingProtocols
		viewers = append(viewers, conn)
	}
	if !freed {
		t.Error("a disconnected viewer still counts")
	}
	for _, conn := range viewers {
		conn.Close()
	}
	read := -1
	for end := time.Now().Add(20 * time.Second); read != 0 && time.Now().Before(end); {
		before := len(numbers.collected)
		time.Sleep(2200 * time.Millisecond)
		read = len(numbers.collected) - before
	}
	if read != 0 {
		t.Errorf("the metrics were read %d times without a viewer", read)
	}
}

func TestConcurrentViewersDoNotExceedTheLimit(t *testing.T) {
	t.Parallel()
	_, address := start(t, prometheus.NewRegistry())
	var group sync.WaitGroup
	var admitted atomic.Int64
	for range 100 {
		group.Go(func() {
			if _, status := connect(t, address); status == http.StatusSwitchingProtocols {
				admitted.Add(1)
			}
		})
	}
	group.Wait()
	if n := admitted.Load(); n != 16 {
		t.Errorf("%d viewers at once", n)
	}
}

func TestViewerAfterCloseIsDisconnected(t *testing.T) {
	t.Parallel()
	a, address := start(t, prometheus.NewRegistry())
	a.Close()
	conn, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if err := conn.SetDeadline(time.Now().Add(5 * time.Second)); err != nil {
		t.Fatal(err)
	}
	fmt.Fprint(conn, handshake)
	if response, err := io.ReadAll(conn); err != nil {
		t.Errorf("the connection is open: %v %s", err, response)
	}
}
