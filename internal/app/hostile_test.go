package app

import (
	"bufio"
	"fmt"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"
)

func TestBodyWithManyErrorsGetsAShortAnswer(t *testing.T) {
	t.Parallel()
	s := startService(t, nil)
	var body strings.Builder
	body.WriteString(strings.TrimSuffix(validBook, "}"))
	for i := range 20_000 {
		fmt.Fprintf(&body, `,"%d%s":1`, i, strings.Repeat("x", 20))
	}
	fmt.Fprintf(&body, `,"%s":1}`, strings.Repeat("x", 10_000))
	got := s.Do("POST", "/book/", body.String())
	if got.Status != http.StatusUnprocessableEntity || len(got.Body) > 5000 || !strings.Contains(got.Body, "more") {
		t.Errorf("%d with %d bytes", got.Status, len(got.Body))
	}
}

// raw sends text on a new connection. It returns the status of the response, or 0 without
// one, and whether the connection ended in time.
func raw(t *testing.T, s *service, text string, within time.Duration) (status int, ended bool) {
	t.Helper()
	conn := dial(t, s.url)
	if err := conn.SetDeadline(time.Now().Add(within)); err != nil {
		t.Fatal(err)
	}
	fmt.Fprint(conn, text)
	reader := bufio.NewReader(conn)
	response, err := http.ReadResponse(reader, nil)
	if err != nil {
		return 0, false
	}
	if _, err := reader.Discard(int(response.ContentLength)); err != nil {
		t.Error(err)
	}
	_, err = reader.ReadByte()
	timeout, ok := err.(net.Error) //nolint:errorlint // the connection returns it unwrapped
	return response.StatusCode, !ok || !timeout.Timeout()
}

func TestConnectionEndsWhenItsBodyDoesNotArrive(t *testing.T) {
	t.Parallel()
	s := startService(t, map[string]string{"REQUEST_TIMEOUT": "3s"})
	for request, want := range map[string]int{
		"POST /book/ HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 10\r\n\r\n{":                        408,
		"POST /book/ HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{":           408,
		"POST /book/ HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 10\r\nExpect: 100-continue\r\n\r\n": 100,
		"GET /book/1 HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\n":                                                           408,
		"GET /book/1 HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100000\r\n\r\n":                                                       200,
	} {
		t.Run(strings.Fields(request)[0]+fmt.Sprint(want), func(t *testing.T) {
			t.Parallel()
			if status, ended := raw(t, s, request, 15*time.Second); status != want || !ended {
				t.Errorf("status %d, want %d; the connection has ended: %v", status, want, ended)
			}
		})
	}
}

func TestCrossOriginChangesAreRefused(t *testing.T) {
	t.Parallel()
	s := startService(t, nil)
	for _, tt := range []struct {
		method, header string
		want           int
	}{
		{"POST", "Sec-Fetch-Site: cross-site", 403},
		{"POST", "Origin: https://evil.example", 403},
		{"POST", "Sec-Fetch-Site: same-origin", 201},
		{"POST", "X-Nothing: a client that is not a browser", 201},
		{"GET", "Sec-Fetch-Site: cross-site", 200},
	} {
		body := map[string]string{"POST": validBook}[tt.method]
		if got := s.Do(tt.method, "/book/", body, tt.header); got.Status != tt.want {
			t.Errorf("%s with %s = %d, want %d", tt.method, tt.header, got.Status, tt.want)
		}
	}
}
