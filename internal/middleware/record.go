package middleware

import (
	"bufio"
	"io"
	"net"
	"net/http"

	"example.com/templatesite/internal/web"
)

// bodyCounter counts in the request's Info how many bytes of its body are read.
type bodyCounter struct {
	io.ReadCloser
	info *web.Info
}

func (b *bodyCounter) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	b.info.BodyBytes += int64(n)
	return n, err
}

// recorder records the status and the size of the response in the request's Info.
type recorder struct {
	http.ResponseWriter
	info *web.Info
	// discards means that the bytes written are not sent, because the request is a HEAD.
	discards bool
}

// Unwrap lets http.ResponseController reach the connection.
func (w *recorder) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// Hijack hands the connection over to code that does not use Unwrap.
func (w *recorder) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	return http.NewResponseController(w.ResponseWriter).Hijack()
}

func (w *recorder) WriteHeader(status int) {
	w.begin(status)
	w.ResponseWriter.WriteHeader(status)
}

func (w *recorder) Write(b []byte) (int, error) {
	w.begin(http.StatusOK)
	n, err := w.ResponseWriter.Write(b)
	w.count(int64(n))
	return n, err
}

// ReadFrom keeps sendfile available: io.Copy uses the connection's ReadFrom.
func (w *recorder) ReadFrom(r io.Reader) (int64, error) {
	w.begin(http.StatusOK)
	n, err := io.Copy(w.ResponseWriter, r)
	w.count(n)
	return n, err
}

func (w *recorder) count(n int64) {
	if !w.discards {
		w.info.Bytes += n
	}
}

// begin records the status and completes the header when the response begins. An
// informational (1xx) response is not the beginning.
func (w *recorder) begin(status int) {
	if w.info.Status == 0 && status >= http.StatusOK {
		w.info.Status = status
		w.info.ReleaseBody()
		completeHeader(w.Header(), status, w.info.Caller != nil)
	}
}
