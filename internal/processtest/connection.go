package processtest

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"
)

// KeepAsking sends a request over and over on a connection until an answer says
// that it is the last one. An error is a request that stayed without an answer.
func KeepAsking(conn net.Conn, request string) (answered int64, err error) {
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
