package app

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"
)

// dial opens a TCP connection to a service, for tests that write their requests themselves.
func dial(t *testing.T, url string) net.Conn {
	t.Helper()
	conn, err := net.Dial("tcp", strings.TrimPrefix(url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	return conn
}

// stall sends size bytes of a body and leaves the request unfinished.
func stall(t *testing.T, s *service, framing string, size int) net.Conn {
	t.Helper()
	conn := dial(t, s.url)
	body := `{"note":"` + strings.Repeat("x", size-9)
	if framing == "Transfer-Encoding: chunked" {
		body = fmt.Sprintf("%x\r\n%s\r\n", len(body), body)
	}
	if _, err := io.WriteString(conn, posting+framing+"\r\n\r\n"+body); err != nil {
		t.Fatal(err)
	}
	return conn
}

// sendLarge sends bodies of 100 KB concurrently and returns the number of responses by status.
func sendLarge(s *service, clients int) map[int]int {
	body := bookWith("note", strings.Repeat("x", 100_000))
	answers := make(chan int, clients)
	for range clients {
		go func() { answers <- s.Do("POST", "/book/", body).Status }()
	}
	statuses := map[int]int{}
	for range clients {
		statuses[<-answers]++
	}
	return statuses
}

func TestStalledBodiesDoNotBlockOthers(t *testing.T) {
	t.Parallel()
	for _, framing := range []string{"Transfer-Encoding: chunked", "Content-Length: 1048576"} {
		s := startService(t, map[string]string{"REQUEST_TIMEOUT": "60s"})
		for range 8 {
			stall(t, s, framing, 16<<10+1)
		}
		time.Sleep(100 * time.Millisecond) // they have arrived
		for range 3 {
			// The resource itself answers 422, since the note is too long.
			if got := sendLarge(s, 8); got[http.StatusUnprocessableEntity] != 8 {
				t.Errorf("%s: the statuses of complete bodies are %v", framing, got)
			}
		}
	}
}

func TestSlowBodiesGiveUpTheirMemory(t *testing.T) {
	t.Parallel()
	s := startService(t, map[string]string{"REQUEST_TIMEOUT": "60s"})
	var stalled []net.Conn
	for range 60 { // 6 MB; all bodies together may take 4 MB
		stalled = append(stalled, stall(t, s, "Content-Length: 1000000", 100_000))
	}
	time.Sleep(1500 * time.Millisecond) // a body may hold its memory for a second
	for range 5 {
		if got := sendLarge(s, 8); got[http.StatusUnprocessableEntity] != 8 {
			t.Errorf("the statuses of complete bodies are %v", got)
		}
	}
	ended := map[int]int{}
	for _, conn := range stalled {
		if err := conn.SetReadDeadline(time.Now().Add(100 * time.Millisecond)); err != nil {
			t.Fatal(err)
		}
		if response, err := http.ReadResponse(bufio.NewReader(conn), nil); err == nil {
			response.Body.Close()
			ended[response.StatusCode]++
			if !response.Close {
				t.Errorf("a body that was given up leaves its connection open")
			}
		}
	}
	if ended[http.StatusRequestTimeout] == 0 {
		t.Errorf("the stalled bodies were answered with %v", ended)
	}
}
