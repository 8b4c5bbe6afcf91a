package systemtest

import (
	"errors"
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
)

// A client that holds connections open and sends request after request gets an
// answer to each that it sends, and is told when to stop using a connection.
func TestStoppingLosesNoRequestOnAnOpenConnection(t *testing.T) {
	p := own(t, "")
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
				n, err := processtest.KeepAsking(conn, "GET /tweet/1 HTTP/1.1\r\nHost: localhost\r\n\r\n")
				answered.Add(n)
				if err != nil {
					lost.Add(1)
					t.Errorf("a request stayed without an answer: %v", err)
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

// An ordinary client that keeps its connections notices nothing until it needs a new
// one, and then it is refused before it has sent anything.
func TestStoppingFailsNoRequestOfAnOrdinaryClient(t *testing.T) {
	p := own(t, "", "DRAIN_DELAY=1s")
	const clients = 16
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: clients}}
	var answered atomic.Int64
	var group sync.WaitGroup
	for range clients {
		group.Go(func() {
			for {
				err := read(client, p.URL+"/tweet/1")
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

// read asks for a URL, and reads the whole answer.
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
