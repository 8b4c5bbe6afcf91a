package web

import (
	"bytes"
	"errors"
	"io"
	"maps"
	"mime"
	"net/http"
	"os"
	"slices"
	"strings"
	"syscall"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"
)

// readBody reads the whole body, bounded in size, and in time by the connection's
// deadline, refuses what is not strict JSON of a type that the operation takes, and
// hands it on.
func (a *API) readBody(ctx huma.Context, next func(huma.Context)) {
	r, w := humago.Unwrap(ctx)
	data, problem := a.body(w, r, ctx.Operation())
	if problem == nil {
		problem = checkJSON(data)
	}
	if problem != nil {
		WriteProblem(w, r, problem)
		return
	}
	r.Body = io.NopCloser(bytes.NewReader(data))
	next(ctx)
}

func (a *API) body(w http.ResponseWriter, r *http.Request, op *huma.Operation) ([]byte, *Problem) {
	if p := checkMediaType(r.Header, op); p != nil {
		return nil, p
	}
	tooLarge := NewProblem(http.StatusRequestEntityTooLarge, "The body is larger than this service accepts.")
	if r.ContentLength > a.options.MaxBodyBytes {
		// Refused before a byte is read, so that "Expect: 100-continue" spares
		// the client the upload.
		return nil, tooLarge
	}
	data, err := io.ReadAll(http.MaxBytesReader(w, r.Body, a.options.MaxBodyBytes))
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return nil, tooLarge
	}
	switch {
	case errors.Is(err, os.ErrDeadlineExceeded):
		return nil, NewProblem(http.StatusRequestTimeout, "The body did not arrive in time.").with("Connection", "close")
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, syscall.ECONNRESET):
		return nil, NewProblem(StatusClientClosedRequest, "The client went away.").Because(err)
	case err != nil:
		return nil, NewProblem(http.StatusBadRequest, "The body could not be read.").Because(err)
	case len(data) == 0:
		return nil, NewProblem(http.StatusBadRequest, "A body is required.", Place{Message: "is missing", Location: "body"})
	}
	return data, nil
}

// checkMediaType compares Content-Type with what the operation documents. No
// Content-Type at all is taken for JSON, as a plain script would mean it.
func checkMediaType(header http.Header, op *huma.Operation) *Problem {
	types := slices.Sorted(maps.Keys(op.RequestBody.Content))
	refused := NewProblem(http.StatusUnsupportedMediaType, "The body must be "+strings.Join(types, " or ")+" in UTF-8, not compressed.").
		with("Accept", strings.Join(types, ", "))
	compressed := func(coding string) bool { return coding != "" && !strings.EqualFold(coding, "identity") }
	if slices.ContainsFunc(header.Values("Content-Encoding"), compressed) || len(header.Values("Content-Type")) > 1 {
		return refused
	}
	contentType := header.Get("Content-Type")
	if contentType == "" {
		return nil
	}
	mediaType, params, err := mime.ParseMediaType(contentType)
	charset := params["charset"]
	if err != nil || !slices.Contains(types, mediaType) || charset != "" && !strings.EqualFold(charset, "utf-8") {
		return refused
	}
	return nil
}
