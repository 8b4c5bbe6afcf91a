package app

import (
	"errors"
	"fmt"
	"io"
	"os"
	"syscall"
)

// brokenPipe is the exit status that shells report for a program ended by SIGPIPE.
const brokenPipe = 128 + 13

// output remembers the first write error, so that a command which ignores it still fails.
type output struct {
	io.Writer
	err error
}

// Write fails after the first error.
func (o *output) Write(p []byte) (int, error) {
	if o.err != nil {
		return 0, o.err
	}
	n, err := o.Writer.Write(p)
	if err != nil {
		o.err = &outputError{err}
	}
	return n, o.err
}

type outputError struct{ error }

func (e *outputError) Error() string {
	err := e.error
	if pathError, ok := errors.AsType[*os.PathError](err); ok {
		err = pathError.Err
	}
	return fmt.Sprintf("standard output cannot be written to: %v", err)
}

func (e *outputError) Unwrap() error { return e.error }

// end returns the exit status of a command that returned err. It prints nothing if the
// reader closed the pipe, as head does.
func (o *output) end(err error, stderr io.Writer) int {
	switch {
	case errors.Is(o.err, syscall.EPIPE), errors.Is(o.err, io.ErrClosedPipe):
		return brokenPipe
	case o.err != nil:
		return fail(stderr, 1, o.err)
	case err != nil:
		return fail(stderr, 1, err)
	}
	return 0
}

// isClosed reports whether the program was started with w closed. Go then opens the null
// device in its place, for reading and writing. Some parent programs do the same to discard
// output, while shells open it for writing only, so only commands whose output is data ask.
func isClosed(w io.Writer) bool {
	file, ok := w.(*os.File)
	if !ok {
		return false
	}
	info, err := file.Stat()
	null, noNull := os.Stat(os.DevNull)
	if err != nil || noNull != nil || !os.SameFile(info, null) {
		return err != nil
	}
	_, err = file.Read(make([]byte, 1))
	return errors.Is(err, io.EOF)
}
