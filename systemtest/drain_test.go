package systemtest

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"example.com/templatesite/internal/processtest"
	"example.com/templatesite/internal/webtest"
)

// A client that keeps connections open and sends one request after another gets a response
// to each, and learns from "Connection: close" that a connection ends.
func TestShutdownAnswersEveryRequestOnOpenConnections(t *testing.T) {
	p := serveNew(t)
	resource := needResource(t)
	request := fmt.Sprintf("GET %s HTTP/1.1\r\nHost: localhost\r\n\r\n", resource.Item(1))
	address := strings.TrimPrefix(p.URL, "http://")
	var answered, lost atomic.Int64
	var clients sync.WaitGroup
	for range 16 {
		clients.Go(func() {
			for {
				conn, err := net.Dial("tcp", address)
				if err != nil {
					return // the listener is closed: nothing was sent
				}
				n, err := processtest.RepeatRequest(conn, request)
				answered.Add(n)
				if err != nil {
					lost.Add(1)
					t.Errorf("a request got no response: %v", err)
					return
				}
			}
		})
	}
	time.Sleep(300 * time.Millisecond)
	if err := p.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	clients.Wait()
	if status := wait(t, p); status != 0 {
		t.Errorf("exit status = %d", status)
	}
	t.Logf("%d requests answered, %d lost", answered.Load(), lost.Load())
}

// An ordinary client that reuses its connections sees no error until it needs a new one,
// which is refused before it has sent a request.
func TestShutdownFailsNoRequestOfAKeepAliveClient(t *testing.T) {
	p := serveNew(t, "DRAIN_DELAY=1s")
	href := create(t, webtest.At(t, p.URL), needResource(t), "kept").href()
	const clients = 16
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: clients}}
	var answered atomic.Int64
	var group sync.WaitGroup
	for range clients {
		group.Go(func() {
			for {
				err := read(client, href)
				if errors.Is(err, syscall.ECONNREFUSED) {
					return
				}
				if err != nil {
					t.Errorf("a request failed: %v", err)
					return
				}
				answered.Add(1)
			}
		})
	}
	time.Sleep(300 * time.Millisecond)
	if err := p.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	group.Wait()
	if status := wait(t, p); status != 0 {
		t.Errorf("exit status = %d", status)
	}
	t.Logf("%d requests answered", answered.Load())
}

// read requests a URL and reads the whole response.
func read(client *http.Client, url string) error {
	response, err := client.Get(url)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return errors.New(response.Status)
	}
	_, err = io.Copy(io.Discard, response.Body)
	return err
}
