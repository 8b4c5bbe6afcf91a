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

// gathered counts how often it is asked.
type gathered struct {
	*prometheus.Registry
	asked chan struct{}
}

func (g gathered) Collect(chan<- prometheus.Metric) { g.asked <- struct{}{} }
func (g gathered) Describe(chan<- *prometheus.Desc) {}

// start serves pages whose live plots are made of these numbers.
func start(t *testing.T, numbers prometheus.Gatherer) (a *admin.Admin, address string) {
	a = admin.New(admin.Options{
		Ready:   func(context.Context) bool { return true },
		Health:  func(http.ResponseWriter, *http.Request) {},
		Metrics: http.NotFoundHandler(),
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

// look asks for the live plots' numbers, and returns the status.
func look(t *testing.T, address string) (net.Conn, int) {
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

func TestNumbersAreReadOnceForAllWhoLookAndForNobody(t *testing.T) {
	t.Parallel()
	numbers := gathered{prometheus.NewRegistry(), make(chan struct{}, 1000)}
	numbers.MustRegister(numbers)
	_, address := start(t, numbers)

	const most = 16
	begin := time.Now()
	var viewers []net.Conn
	for i := range most {
		conn, status := look(t, address)
		if status != http.StatusSwitchingProtocols {
			t.Fatalf("viewer %d is answered with %d", i+1, status)
		}
		viewers = append(viewers, conn)
	}
	if _, status := look(t, address); status != http.StatusServiceUnavailable {
		t.Errorf("one too many is answered with %d", status)
	}
	time.Sleep(3200 * time.Millisecond)
	for end := time.Now().Add(20 * time.Second); len(numbers.asked) < 2 && time.Now().Before(end); {
		time.Sleep(10 * time.Millisecond)
	}
	if n, took := len(numbers.asked), time.Since(begin); n < 2 || n > int(took.Seconds())+1 {
		t.Errorf("the numbers were read %d times in %v for %d viewers", n, took, most)
	}
	viewers[0].Close()
	freed := false
	for end := time.Now().Add(5 * time.Second); !freed && time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
		conn, status := look(t, address)
		freed = status == http.StatusSwitchingProtocols
		viewers = append(viewers, conn)
	}
	if !freed {
		t.Error("the place of one who is gone is not free")
	}
	for _, conn := range viewers {
		conn.Close()
	}
	read := -1
	for end := time.Now().Add(20 * time.Second); read != 0 && time.Now().Before(end); {
		before := len(numbers.asked)
		time.Sleep(2200 * time.Millisecond)
		read = len(numbers.asked) - before
	}
	if read != 0 {
		t.Errorf("the numbers were read %d times for nobody", read)
	}
}

func TestPlacesAreNotTakenTwice(t *testing.T) {
	t.Parallel()
	_, address := start(t, prometheus.NewRegistry())
	var group sync.WaitGroup
	var admitted atomic.Int64
	for range 100 {
		group.Go(func() {
			if _, status := look(t, address); status == http.StatusSwitchingProtocols {
				admitted.Add(1)
			}
		})
	}
	group.Wait()
	if n := admitted.Load(); n != 16 {
		t.Errorf("%d look at once", n)
	}
}

func TestWhoComesAfterTheEndIsNotKept(t *testing.T) {
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
	if answer, err := io.ReadAll(conn); err != nil {
		t.Errorf("the connection is open: %v %s", err, answer)
	}
}
