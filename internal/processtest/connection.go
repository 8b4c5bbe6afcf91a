package processtest

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"
)

// RepeatRequest sends a request repeatedly until a response has Connection: close, and closes
// the connection. It returns the number of responses, and an error if a request got none.
func RepeatRequest(conn net.Conn, request string) (answered int64, err error) {
	defer conn.Close()
	if err := conn.SetDeadline(time.Now().Add(10 * time.Second)); err != nil {
		return 0, err
	}
	reader := bufio.NewReader(conn)
	for {
		if _, err := fmt.Fprint(conn, request); err != nil {
			return answered, err
		}
		response, err := http.ReadResponse(reader, nil)
		if err != nil {
			return answered, err
		}
		if _, err := io.Copy(io.Discard, response.Body); err != nil {
			return answered, err
		}
		answered++
		if response.Close {
			return answered, nil
		}
	}
}
