package web

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"

	"github.com/danielgtaylor/huma/v2"
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// maxDepth is far more than the nesting of any resource, and far less than what would
// exhaust the stack of a parser.
const maxDepth = 32

// jsonFormat is how huma reads and writes bodies. checkJSON has already refused what RFC 8259
// leaves open and RFC 7493 (I-JSON) forbids.
var jsonFormat = huma.Format{
	Marshal:   writeJSON,
	Unmarshal: readJSON,
}

// writing replaces invalid UTF-8, which only another program can have written to the
// database, instead of failing.
var writing = json.JoinOptions(jsontext.AllowInvalidUTF8(true), json.Deterministic(true))

// writeJSON writes v and a line feed, so that a terminal's prompt begins on a new line. It
// writes once: json.MarshalWrite would send a page in a dozen packets.
func writeJSON(w io.Writer, v any) error {
	buffer := buffers.Get().(*bytes.Buffer)
	defer buffers.Put(buffer)
	buffer.Reset()
	if err := json.MarshalWrite(buffer, v, writing); err != nil {
		return err
	}
	buffer.WriteByte('\n')
	_, err := w.Write(buffer.Bytes())
	return err
}

// buffers hold answers until they are complete: 200 KB for a page of a thousand. The
// garbage collector frees those that are not used.
var buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

var reading = json.JoinOptions(json.RejectUnknownMembers(true), json.WithUnmarshalers(json.UnmarshalFromFunc(readTime)))

// readJSON reads one JSON value into v. Unknown names, names in the wrong case, duplicate
// names, invalid UTF-8 and lone surrogates are errors. If the value is JSON but does not
// fit v, the error is a *mismatchError.
func readJSON(data []byte, v any) error {
	options := reading
	if _, untyped := v.(*any); untyped {
		options = nil // every name is known there, and reading without options is faster
	}
	err := json.Unmarshal(data, v, options)
	semantic, ok := errors.AsType[*json.SemanticError](err)
	if !ok {
		return err
	}
	message := "the value does not fit here"
	switch {
	case errors.Is(semantic, strconv.ErrRange):
		message = "the number is out of range"
	case errors.Is(semantic, errYear):
		message = errYear.Error()
	}
	return &mismatchError{Message: message, Location: location(semantic.JSONPointer)}
}

// mismatchError is a value that is valid JSON, but that the field at its location cannot
// hold. It does not repeat the value.
type mismatchError FieldError

func (m *mismatchError) Error() string { return m.Location + ": " + m.Message }

// ErrorDetail gives huma and problemOf the location.
func (m *mismatchError) ErrorDetail() *huma.ErrorDetail {
	return &huma.ErrorDetail{Message: m.Message, Location: m.Location}
}

// checkJSON returns nil if data is one JSON value that every engine can store as it is, else
// a problem with the location of the error.
func checkJSON(data []byte) *Problem {
	nested := bytes.Count(data, []byte("{")) + bytes.Count(data, []byte("["))
	if nested <= maxDepth && !bytes.Contains(data, []byte(`\u0000`)) && jsontext.Value(data).IsValid() {
		return nil
	}
	return findProblem(data)
}

// findProblem reads token by token to find the first error and its location. It returns nil
// if there is none.
func findProblem(data []byte) *Problem {
	dec := jsontext.NewDecoder(bytes.NewBuffer(data))
	for values := 0; ; {
		token, err := dec.ReadToken()
		switch {
		case errors.Is(err, io.EOF) && values == 1:
			return nil
		case errors.Is(err, io.EOF):
			return malformed("", "a JSON value is missing")
		case err != nil:
			return syntaxProblem(err)
		case values == 1:
			return malformed("", fmt.Sprintf("there is more after the JSON value, at byte %d", dec.InputOffset()))
		case dec.StackDepth() > maxDepth:
			return malformed(dec.StackPointer(), fmt.Sprintf("nested deeper than %d levels", maxDepth))
		case token.Kind() == '"' && strings.Contains(token.String(), "\x00"):
			return invalid(FieldError{Message: "must not contain NUL (U+0000)", Location: location(dec.StackPointer())})
		}
		if dec.StackDepth() == 0 {
			values++
		}
	}
}

func syntaxProblem(err error) *Problem {
	syntax, ok := errors.AsType[*jsontext.SyntacticError](err)
	if !ok {
		return malformed("", "not JSON")
	}
	message := fmt.Sprintf("not JSON at byte %d", syntax.ByteOffset)
	switch {
	case errors.Is(err, jsontext.ErrDuplicateName):
		message = "the name occurs twice"
	case errors.Is(err, io.ErrUnexpectedEOF):
		message = "the JSON value ends too early"
	case strings.Contains(syntax.Err.Error(), "UTF-8"), strings.Contains(syntax.Err.Error(), "surrogate"):
		message = fmt.Sprintf("not valid Unicode at byte %d", syntax.ByteOffset)
	}
	return malformed(syntax.JSONPointer, message)
}

func malformed(pointer jsontext.Pointer, message string) *Problem {
	return NewProblem(http.StatusBadRequest, "The body is not acceptable JSON.",
		FieldError{Message: message, Location: location(pointer)})
}

// location writes a JSON pointer as validation writes it: /a/0/b is body.a.0.b.
func location(pointer jsontext.Pointer) string {
	text := "body"
	for name := range pointer.Tokens() {
		text += "." + name
	}
	return shortened(text)
}
