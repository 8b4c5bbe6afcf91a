// Package middleware holds what surrounds every request: its id, the log line,
// the answer to a panic, the hosts that are answered and the deadline. Each file
// is one of them; internal/app lists them in the order a request meets them.
//
// It does not know the resources, the routes or the settings.
package middleware

import (
	"bufio"
	"io"
	"net"
	"net/http"

	"example.com/templatesite/internal/web"
)

// body notes in the request's Info how much of it is read.
type body struct {
	io.ReadCloser
	info *web.Info
}

func (b *body) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	b.info.BodyBytes += int64(n)
	return n, err
}

// recorder notes in the request's Info what is sent. Unwrap lets
// http.ResponseController reach the connection.
type recorder struct {
	http.ResponseWriter
	info *web.Info
	// bodiless says that what is written is not sent: the request was a HEAD.
	bodiless bool
}

func (w *recorder) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// Hijack hands the connection over, to what looks for it without Unwrap.
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
	w.sent(int64(n))
	return n, err
}

// ReadFrom keeps the connection's own, which a file can use to be sent without
// being copied.
func (w *recorder) ReadFrom(r io.Reader) (int64, error) {
	w.begin(http.StatusOK)
	n, err := io.Copy(w.ResponseWriter, r)
	w.sent(n)
	return n, err
}

func (w *recorder) sent(n int64) {
	if !w.bodiless {
		w.info.Bytes += n
	}
}

// begin notes the status with which the answer begins, and completes its header. A 1xx
// comes before it.
func (w *recorder) begin(status int) {
	if w.info.Status == 0 && status >= http.StatusOK {
		w.info.Status = status
		w.info.ReleaseBody()
		completeHeader(w.Header(), status)
	}
}
