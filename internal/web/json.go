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

// maxDepth is far more than any resource nests, and far less than what would
// cost a parser its stack.
const maxDepth = 32

// jsonFormat is how bodies are read and written. Reading refuses what RFC 8259
// leaves open and RFC 7493 (I-JSON) forbids: see checkJSON, which runs first.
var jsonFormat = huma.Format{
	Marshal:   writeJSON,
	Unmarshal: ReadJSON,
}

// writing lets text that is not Unicode, which only a foreign hand can have put
// into the database, be seen instead of failing.
var writing = json.JoinOptions(jsontext.AllowInvalidUTF8(true), json.Deterministic(true))

// writeJSON writes v and a line feed, so that a terminal's prompt starts afresh.
// It writes all at once: json.MarshalWrite would send a page in a dozen packets.
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

// buffers hold answers until they are whole. A page of a thousand takes 200 KB; the
// collector takes back those that are not used.
var buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

var reading = json.JoinOptions(json.RejectUnknownMembers(true), json.WithUnmarshalers(json.UnmarshalFromFunc(readTime)))

// ReadJSON reads one JSON value into v. Unknown names, names in the wrong case,
// duplicate names, invalid UTF-8 and lone surrogates are errors. An error names the
// place, and never the value.
func ReadJSON(data []byte, v any) error {
	options := reading
	if _, loose := v.(*any); loose {
		options = nil // nothing is unknown there, and reading it is faster without options
	}
	err := json.Unmarshal(data, v, options)
	semantic, ok := errors.AsType[*json.SemanticError](err)
	if !ok {
		return err
	}
	message := "the value is not what belongs here"
	switch {
	case errors.Is(semantic, strconv.ErrRange):
		message = "the number is out of range"
	case errors.Is(semantic, errYear):
		message = errYear.Error()
	}
	return misfit{Message: message, Location: location(semantic.JSONPointer)}
}

// misfit is a value that is JSON, and nothing that its place can hold.
type misfit FieldError

// Error is all that huma keeps of it: placeOf finds the place in it again.
func (m misfit) Error() string { return m.Location + "\n" + m.Message }

// checkJSON returns nil when data is one JSON value that every engine can store
// as it is, else a problem that names the place.
func checkJSON(data []byte) *Problem {
	nested := bytes.Count(data, []byte("{")) + bytes.Count(data, []byte("["))
	if nested <= maxDepth && !bytes.Contains(data, []byte(`\u0000`)) && jsontext.Value(data).IsValid() {
		return nil
	}
	return findProblem(data)
}

// findProblem looks at every token for what is wrong, and where: there need not be
// anything.
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
			return NewProblem(http.StatusUnprocessableEntity, "validation failed",
				FieldError{Message: "must not contain NUL (U+0000)", Location: location(dec.StackPointer())})
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

// location writes a JSON pointer the way validation does: /a/0/b is body.a.0.b.
func location(pointer jsontext.Pointer) string {
	text := "body"
	for name := range pointer.Tokens() {
		text += "." + name
	}
	return shortened(text)
}
