package systemtest

import (
	"bufio"
	"fmt"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
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
				n, err := keepAsking(conn)
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

// keepAsking sends requests on a connection until an answer says that it is the
// last one..
func keepAsking(conn net.Conn) (answered int64, err error) {
	defer conn.Close()
	if err := conn.SetDeadline(time.Now().Add(10 * time.Second)); err != nil {
		return 0, err
	}
	reader := bufio.NewReader(conn)
	for {
		if _, err := fmt.Fprint(conn, "GET /tweet/1 HTTP/1.1\r\nHost: localhost\r\n\r\n"); err != nil {
			return answered, ignoreFirst(answered, err)
		}
		response, err := http.ReadResponse(reader, nil)
		if err != nil {
			return answered, ignoreFirst(answered, err)
		}
		if _, err := reader.Discard(int(response.ContentLength)); err != nil {
			return answered, err
		}
		answered++
		if response.Close {
			return answered, nil
		}
	}
}

// ignoreFirst drops the error of a connection's first request: the kernel may
// accept a connection for a listener that is about to close.
func ignoreFirst(answered int64, err error) error {
	if answered == 0 {
		return nil
	}
	return err
}
