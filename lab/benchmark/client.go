package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"
	"time"
)

// request is an encoded request, and the status that it must be answered with.
type request struct {
	bytes  []byte
	status string
}

// get returns a GET of a target such as "/shelf/1". Headers have the form "Name: value".
func get(target string, headers ...string) request {
	lines := strings.Join(append([]string{"GET " + target + " HTTP/1.1", "Host: localhost"}, headers...), "\r\n")
	return request{[]byte(lines + "\r\n\r\n"), "200"}
}

// post returns a POST of a JSON body.
func post(target, body string) request {
	return request{fmt.Appendf(nil, "POST %s HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s",
		target, len(body), body), "201"}
}

// client is one keep-alive connection. It parses only as much HTTP as it needs to find the end of
// a response: the client of net/http would use more CPU than the server.
type client struct {
	net.Conn
	in *bufio.Reader
}

// dial opens a connection, which the caller closes.
func dial(ctx context.Context, address string) (*client, error) {
	dialer := net.Dialer{Timeout: time.Second}
	conn, err := dialer.DialContext(ctx, "tcp", address)
	if err != nil {
		return nil, err
	}
	return &client{conn, bufio.NewReaderSize(conn, 16<<10)}, nil
}

// once sends a request on a new connection.
func once(ctx context.Context, address string, r request) error {
	c, err := dial(ctx, address)
	if err != nil {
		return err
	}
	defer c.Close()
	if err := c.SetDeadline(time.Now().Add(time.Second)); err != nil {
		return err
	}
	return c.do(r)
}

// do sends a request, reads the whole response, and checks its status.
func (c *client) do(r request) error {
	if _, err := c.Write(r.bytes); err != nil {
		return err
	}
	line, err := c.line()
	if err != nil {
		return err
	}
	_, rest, _ := bytes.Cut(line, []byte(" "))
	if !bytes.HasPrefix(rest, []byte(r.status)) {
		target, _, _ := bytes.Cut(r.bytes, []byte(" HTTP/"))
		return fmt.Errorf("%s: the answer is %q", target, line)
	}
	length, chunked := 0, false
	for {
		if line, err = c.line(); err != nil {
			return err
		}
		name, value, _ := bytes.Cut(line, []byte(": "))
		switch {
		case len(line) == 0:
			return c.body(length, chunked)
		case string(name) == "Content-Length":
			if length, err = strconv.Atoi(string(value)); err != nil {
				return err
			}
		case string(name) == "Transfer-Encoding":
			chunked = true
		}
	}
}

// body skips a body. The size of a chunk is hexadecimal, and the last chunk has size 0.
func (c *client) body(length int, chunked bool) error {
	if !chunked {
		return c.skip(length)
	}
	for {
		line, err := c.line()
		if err != nil {
			return err
		}
		size, err := strconv.ParseInt(string(line), 16, 32)
		if err != nil {
			return err
		}
		if err := c.skip(int(size) + len("\r\n")); err != nil || size == 0 {
			return err
		}
	}
}

// skip skips n bytes.
func (c *client) skip(n int) error {
	_, err := c.in.Discard(n)
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}

// line returns the next line without its line break. It is valid until the next read.
func (c *client) line() ([]byte, error) {
	line, err := c.in.ReadSlice('\n')
	return bytes.TrimSuffix(line, []byte("\r\n")), err
}
