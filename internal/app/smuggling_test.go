package app

import (
	"bufio"
	"errors"
	"io"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"
	"time"
)

// Parts of a request, and another request that may be hidden behind it.
const (
	posting  = "POST /book/ HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
	inChunks = posting + "Transfer-Encoding: chunked\r\n\r\n"
	sent     = validBook // 40 bytes, hexadecimal 28
	chunks   = "28\r\n" + sent + "\r\n0\r\n\r\n"
	hidden   = "GET /livez HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n" // 59 bytes
)

// smuggling are requests with the statuses that are answered when a hidden request follows.
// One status means that the connection ends before the hidden request is read. Two are right
// only if the end of the first request is unambiguous.
var smuggling = []struct {
	name, request string
	want          []int
}{
	{"a length", posting + "Content-Length: 40\r\n\r\n" + sent, []int{201, 200}},
	{"the same length twice", posting + "Content-Length: 40\r\nContent-Length: 40\r\n\r\n" + sent, []int{201, 200}},
	{"two lengths", posting + "Content-Length: 40\r\nContent-Length: 41\r\n\r\n" + sent, []int{400}},
	{"a list of lengths", posting + "Content-Length: 40, 40\r\n\r\n" + sent, []int{400}},
	{"a length with a sign", posting + "Content-Length: +40\r\n\r\n" + sent, []int{400}},
	{"a negative length", posting + "Content-Length: -40\r\n\r\n" + sent, []int{400}},
	{"a length that is not decimal", posting + "Content-Length: 0x28\r\n\r\n" + sent, []int{400}},
	{"a length with a space in it", posting + "Content-Length: 4 0\r\n\r\n" + sent, []int{400}},
	{"an empty length", posting + "Content-Length:\r\n\r\n" + sent, []int{400}},
	{"a length beyond 64 bits", posting + "Content-Length: 99999999999999999999\r\n\r\n" + sent, []int{400}},
	{"a length that is too short", posting + "Content-Length: 5\r\n\r\n" + sent, []int{400, 400}},
	{"a length beyond the limit", posting + "Content-Length: 5000000\r\n\r\n" + sent, []int{413}},
	{"a body that GET has no use for", "GET /book/1 HTTP/1.1\r\nHost: localhost\r\nContent-Length: 59\r\n\r\n" + hidden, []int{200, 200}},

	{"chunks", inChunks + chunks, []int{201}},
	{"chunks and a length", posting + "Content-Length: 40\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks, []int{201}},
	{"a length and chunks", posting + "Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n" + chunks, []int{201}},
	{"chunks twice", posting + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks, []int{501}},
	{"chunked is not last", posting + "Transfer-Encoding: chunked, identity\r\n\r\n" + chunks, []int{501}},
	{"another coding", posting + "Transfer-Encoding: gzip, chunked\r\n\r\n" + chunks, []int{501}},
	{"an unknown coding", posting + "Transfer-Encoding: xchunked\r\n\r\n" + chunks, []int{501}},
	{"a control character before the coding", posting + "Transfer-Encoding: \vchunked\r\n\r\n" + chunks, []int{400}},
	{"a space before the colon", posting + "Transfer-Encoding : chunked\r\n\r\n" + chunks, []int{400}},
	{"chunks in HTTP/1.0", strings.Replace(inChunks, "1.1", "1.0", 1) + chunks, []int{400}},

	{"an extension of a chunk", inChunks + "28;a=b\r\n" + sent + "\r\n0\r\n\r\n", []int{201}},
	{"a long extension", inChunks + "28;" + strings.Repeat("a", 5000) + "\r\n" + sent + "\r\n0\r\n\r\n", []int{400}},
	{"a chunk ended by a bare line feed", inChunks + "28\n" + sent + "\n0\n\n", []int{400}},
	{"an extension ended by a bare line feed", inChunks + "28;a\n" + sent + "\r\n0\r\n\r\n", []int{400}},
	{"a chunk with a sign", inChunks + "+28\r\n" + sent + "\r\n0\r\n\r\n", []int{400}},
	{"a negative chunk", inChunks + "-28\r\n" + sent + "\r\n0\r\n\r\n", []int{400}},
	{"a chunk with 0x", inChunks + "0x28\r\n" + sent + "\r\n0\r\n\r\n", []int{400}},
	{"a chunk beyond 64 bits", inChunks + "100000000000000028\r\n" + sent + "\r\n0\r\n\r\n", []int{400}},
	{"a chunk without a size", inChunks + "\r\n" + sent + "\r\n0\r\n\r\n", []int{400}},
	{"a chunk longer than it says", inChunks + "5\r\n" + sent + "\r\n0\r\n\r\n", []int{400}},
	{"a length in the trailer", inChunks + "28\r\n" + sent + "\r\n0\r\nContent-Length: 3\r\n\r\n", []int{201}},
	{"a malformed trailer", inChunks + "28\r\n" + sent + "\r\n0\r\nnone\r\n\r\n", []int{400}},

	{"a header line goes on", posting + "X-A: a\r\n b\r\nContent-Length: 40\r\n\r\n" + sent, []int{201, 200}},
	{"the first line goes on", "POST /book/ HTTP/1.1\r\n Host: localhost\r\nContent-Length: 40\r\n\r\n" + sent, []int{400}},
	{"bare line feeds", strings.ReplaceAll(posting+"Content-Length: 40\r\n\r\n", "\r", "") + sent, []int{201, 200}},
	{"a bare carriage return", posting + "X-A: a\rContent-Length: 40\r\n\r\n" + sent, []int{400}},
	{"NUL in a header", posting + "X-A: a\x00b\r\nContent-Length: 40\r\n\r\n" + sent, []int{400}},
	{"a header without a colon", posting + "X-A\r\nContent-Length: 40\r\n\r\n" + sent, []int{400}},
	{"a header without a name", posting + ": a\r\nContent-Length: 40\r\n\r\n" + sent, []int{400}},
	{"no host", "GET /book/1 HTTP/1.1\r\n\r\n", []int{400}},
	{"two hosts", "GET /book/1 HTTP/1.1\r\nHost: localhost\r\nHost: localhost\r\n\r\n", []int{400}},
	{"another host in the target", "GET http://example.org/book/1 HTTP/1.1\r\nHost: localhost\r\n\r\n", []int{421, 200}},
	{"the service as a whole", "OPTIONS * HTTP/1.1\r\nHost: localhost\r\n\r\n", []int{204, 200}},
	{"no address", "GET * HTTP/1.1\r\nHost: localhost\r\nAccept: text/html\r\n\r\n", []int{400, 200}},
	{"two spaces", "GET  /book/1 HTTP/1.1\r\nHost: localhost\r\n\r\n", []int{400}},
	{"no version", "GET /book/1\r\n\r\n", []int{400}},
	{"another protocol", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\r\n\r\n", []int{400}},
	{"HTTP/2 without negotiation", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", []int{421}},
	{"an empty line first", "\r\nGET /book/1 HTTP/1.1\r\nHost: localhost\r\n\r\n", []int{400}},
	{"10,000 fields", "GET /book/1 HTTP/1.1\r\nHost: localhost\r\n" + strings.Repeat("a:\r\n", 10_000) + "\r\n", []int{200, 200}},
	{"10 MB of header", "GET /book/1 HTTP/1.1\r\nHost: localhost\r\nX-A: " + strings.Repeat("a", 10_000_000) + "\r\n\r\n", []int{431}},
	{"a URL of 100 KB", "GET /book/" + strings.Repeat("1", 100_000) + " HTTP/1.1\r\nHost: localhost\r\n\r\n", []int{431}},
}

func TestAmbiguousRequestsCannotSmuggleAnother(t *testing.T) {
	t.Parallel()
	s := startService(t, nil)
	for _, tt := range smuggling {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := conversation(t, s, tt.request+hidden); !slices.Equal(got, tt.want) {
				t.Errorf("the answers are %v, want %v", got, tt.want)
			}
		})
	}
}

// conversation sends text on a new connection and returns the statuses of all responses. The
// connection has to end.
func conversation(t *testing.T, s *service, text string) (statuses []int) {
	t.Helper()
	conn := dial(t, s.url)
	go func() { _, _ = io.WriteString(conn, text) }() // it may be refused before its end
	if err := conn.SetReadDeadline(time.Now().Add(20 * time.Second)); err != nil {
		t.Fatal(err)
	}
	for reader := bufio.NewReader(conn); ; {
		response, err := http.ReadResponse(reader, nil)
		if errors.Is(err, os.ErrDeadlineExceeded) {
			t.Error("the connection is silent, and does not end")
		}
		if err != nil {
			return statuses
		}
		statuses = append(statuses, response.StatusCode)
		if _, err := io.Copy(io.Discard, response.Body); err != nil && !errors.Is(err, io.ErrUnexpectedEOF) {
			return statuses // the connection was reset
		}
	}
}
