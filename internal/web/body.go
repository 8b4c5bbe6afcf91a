package web

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"os"
	"reflect"
	"slices"
	"syscall"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"
)

var (
	tooLarge = NewProblem(http.StatusRequestEntityTooLarge, "The body is larger than this service accepts.")
	tooSlow  = NewProblem(http.StatusRequestTimeout, "The body did not arrive in time.").with("Connection", "close")
)

// readBody reads the whole body before huma does, up to MaxBodyBytes and the deadline of the
// connection. It refuses a media type that the operation does not accept, and anything that
// is not strict JSON.
func (a *API) readBody(input reflect.Type) func(huma.Context, func(huma.Context)) {
	var into reflect.Type
	if field, ok := input.FieldByName("Body"); ok {
		into = field.Type
	}
	return func(ctx huma.Context, next func(huma.Context)) {
		r, w := humago.Unwrap(ctx)
		if ctx.Operation().RequestBody == nil {
			if problem := discard(r); problem != nil {
				WriteProblem(w, r, problem)
				return
			}
			next(ctx)
			return
		}
		data, reservation, problem := a.body(w, r, ctx.Operation())
		defer reservation.release()
		if problem == nil {
			problem = checkJSON(data)
		}
		if problem != nil {
			WriteProblem(w, r, problem)
			return
		}
		r.Body = &receivedBody{bytes.NewReader(data), data, into}
		next(ctx)
	}
}

// receivedBody is a body that was read and checked. huma decodes it.
type receivedBody struct {
	*bytes.Reader
	data []byte
	into reflect.Type // the type of the input's Body
}

// Close does nothing.
func (b *receivedBody) Close() error { return nil }

// typed replaces huma's error about decoding the body, which has the text of the original but
// not its location. The status is then 422, since the body is valid JSON.
func (b *receivedBody) typed(status int, errs []error) (int, []error) {
	for i, err := range errs {
		if !b.isUndecodable(err) {
			continue
		}
		if mismatch := b.mismatch(); mismatch != nil {
			errs = slices.Clone(errs) // the list is huma's
			errs[i] = mismatch
			return http.StatusUnprocessableEntity, errs
		}
	}
	return status, errs
}

// isUndecodable reports whether huma could not decode the body: the value in err is then the
// whole body. An error of validation never has that value, since the text of a JSON string is
// longer than its value.
func (b *receivedBody) isUndecodable(err error) bool {
	detail, ok := errors.AsType[*huma.ErrorDetail](err)
	if !ok || detail.Location != "body" {
		return false
	}
	text, ok := detail.Value.(string)
	return ok && text == string(b.data)
}

// mismatch decodes the body again, after huma failed to, and returns the error. It returns nil
// if huma failed for another reason.
func (b *receivedBody) mismatch() *mismatchError {
	var untyped any
	err := readJSON(b.data, &untyped)
	if err == nil && b.into != nil {
		err = readJSON(b.data, reflect.New(b.into).Interface())
	}
	mismatch, _ := errors.AsType[*mismatchError](err)
	return mismatch
}

// discard reads a small body that the operation does not use: net/http notices that the client
// leaves only after the body has been read. A larger body is left unread.
func discard(r *http.Request) *Problem {
	if r.ContentLength <= 0 || r.ContentLength > smallBody {
		return nil
	}
	_, err := io.Copy(io.Discard, r.Body)
	return unreadable(err)
}

// body reads the body of an operation.
func (a *API) body(w http.ResponseWriter, r *http.Request, op *huma.Operation) ([]byte, *reservation, *Problem) {
	if !accepts(op, r.Header) {
		return nil, nil, unsupported(op)
	}
	data, reservation, problem := a.readAll(w, r)
	if problem == nil && len(data) == 0 {
		problem = NewProblem(http.StatusBadRequest, "A body is required.", FieldError{Message: "is missing", Location: "body"})
	}
	return data, reservation, problem
}

// ReadBody reads a body outside of an operation, such as a form. Its memory counts towards the
// budget until the response begins or done is called. done is never nil.
func (a *API) ReadBody(w http.ResponseWriter, r *http.Request) (data []byte, done func(), problem *Problem) {
	data, reservation, problem := a.readAll(w, r)
	return data, reservation.release, problem
}

func (a *API) readAll(w http.ResponseWriter, r *http.Request) ([]byte, *reservation, *Problem) {
	limit := a.options.MaxBodyBytes
	if r.ContentLength > limit {
		// Nothing is read, so that a client with "Expect: 100-continue" does not upload it.
		return nil, nil, tooLarge
	}
	size := r.ContentLength
	if size < 0 {
		size = limit
	}
	info := InfoFrom(r.Context())
	body := http.MaxBytesReader(w, r.Body, limit)
	if len(info.reservations) > 0 { // it was made from a form, whose memory is already counted
		data, err := io.ReadAll(body)
		return data, nil, unreadable(err)
	}
	data, reservation, err := a.bodies.read(w, body, size)
	if reservation != nil {
		info.reservations = append(info.reservations, reservation)
	}
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return nil, reservation, tooLarge
	}
	if errors.Is(err, errBudget) {
		return nil, reservation, a.Shed(false)
	}
	return data, reservation, unreadable(err)
}

// unreadable returns the problem for an error of reading a body, or nil if err is nil.
func unreadable(err error) *Problem {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, os.ErrDeadlineExceeded):
		return tooSlow
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, syscall.ECONNRESET):
		return clientLeft.WithCause(err)
	}
	return NewProblem(http.StatusBadRequest, "The body could not be read.").WithCause(err)
}
