package web

import (
	"errors"
	"fmt"
	"net/url"
	"reflect"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"
	"github.com/go-json-experiment/json/jsontext"
)

// formatParameter selects JSON or an HTML page. All operations have it.
const formatParameter = "format"

// strictParameters refuses parameters that huma ignores or reads leniently. A filter that is
// misspelt, repeated or empty would otherwise return the wrong list, and a second spelling of
// an id would give a resource two addresses.
func strictParameters(ctx huma.Context, next func(huma.Context)) {
	if ctx.Operation().SkipValidateParams {
		next(ctx)
		return
	}
	r, w := humago.Unwrap(ctx)
	var wrong fieldErrors
	parameters := ctx.Operation().Parameters
	for _, p := range parameters {
		if p.In == "path" {
			wrong.addParameter("path", p.Name, misspelt(p.Schema, r.PathValue(p.Name)))
		}
	}
	if r.URL.RawQuery != "" {
		checkQuery(&wrong, parameters, r.URL.RawQuery)
	}
	if wrong.count > 0 {
		WriteProblem(w, r, invalid(wrong.list()...))
		return
	}
	next(ctx)
}

// checkQuery checks the pairs of a well-formed query one by one. It does not build a map of
// them, so that a long query costs little.
func checkQuery(wrong *fieldErrors, parameters []*huma.Param, query string) {
	var seen uint64 // a bit for each index in parameters; the last bit is for the format
	for pair := range strings.SplitSeq(query, "&") {
		if pair == "" {
			continue
		}
		name, value, _ := strings.Cut(pair, "=")
		name, value = unescaped(name), unescaped(value)
		i, schema, repeatable := find(parameters, name)
		switch {
		case i < 0:
			wrong.addParameter("query", name, unknownParameter)
		case value == "":
			wrong.addParameter("query", name, "must not be empty")
		case seen&(1<<i) != 0 && !repeatable:
			wrong.addParameter("query", name, "must be given only once")
		default:
			wrong.addParameter("query", name, misspelt(schema, value))
		}
		if i >= 0 {
			seen |= 1 << i
		}
	}
}

const unknownParameter = "is not a parameter of this operation"

func unescaped(text string) string {
	if strings.ContainsAny(text, "%+") {
		text, _ = url.QueryUnescape(text) // it cannot fail: the Mux has parsed the query
	}
	return text
}

var formatSchema = &huma.Schema{Type: huma.TypeString, Enum: []any{"html", "json"}}

// find returns the index of a query parameter, or -1.
func find(parameters []*huma.Param, name string) (i int, schema *huma.Schema, repeatable bool) {
	for i, p := range parameters {
		if p.In != "query" {
			continue
		}
		if deep := p.Style == "deepObject" && strings.HasPrefix(name, p.Name+"["); deep || p.Name == name {
			return i, p.Schema, deep || p.Explode != nil && *p.Explode
		}
	}
	if name == formatParameter {
		return 63, formatSchema, false
	}
	return -1, nil, false
}

// misspelt says what is wrong with the spelling of a value, or returns "". huma checks the
// limits. Not every engine can store a text with NUL, or compare with one.
func misspelt(schema *huma.Schema, text string) string {
	switch {
	case strings.Contains(text, "\x00") || !utf8.ValidString(text):
		return "must be UTF-8 text without NUL (U+0000)"
	case schema == formatSchema && text != "html" && text != "json":
		return "must be html or json"
	case schema.Type == huma.TypeInteger:
		// huma drops the upper bits of a number that does not fit a smaller type.
		if schema.Format == "int32" {
			if _, err := strconv.ParseInt(text, 10, 32); errors.Is(err, strconv.ErrRange) {
				return "the number is out of range"
			}
		}
		return misspeltInteger(text)
	case schema.Type == huma.TypeNumber:
		if number := jsontext.Value(text); number.Kind() != '0' || !number.IsValid() {
			return "must be a number as in JSON"
		}
	case schema.Type == huma.TypeBoolean && text != "true" && text != "false":
		return "must be true or false"
	case schema.Format == "date-time":
		if at, err := time.Parse(time.RFC3339, text); err == nil && CheckTime(at) != nil {
			return errYear.Error()
		}
	case schema.Type == huma.TypeArray:
		for item := range strings.SplitSeq(text, ",") {
			if message := misspelt(schema.Items, item); message != "" {
				return message
			}
		}
	}
	return ""
}

func misspeltInteger(text string) string {
	digits := strings.TrimPrefix(text, "-")
	signed := strings.HasPrefix(digits, "+")
	if text == digits {
		digits = strings.TrimPrefix(digits, "+")
	}
	switch {
	case digits == "" || strings.Trim(digits, "0123456789") != "":
		return "invalid integer"
	case signed, digits[0] == '0' && text != "0":
		return "must have no plus sign and no leading zeros"
	}
	return ""
}

// addParameter adds an error of a parameter; an empty message means that there is none.
func (f *fieldErrors) addParameter(in, name, message string) {
	if message != "" {
		f.add(FieldError{Message: message, Location: in + "." + strings.ToValidUTF8(name, "\ufffd")})
	}
}

// refusePointers panics if a parameter is a pointer. huma panics as well, but does not name
// the parameter.
func refusePointers(operation string, t reflect.Type) {
	for _, field := range reflect.VisibleFields(t) {
		for _, in := range []string{"path", "query", "header", "cookie"} {
			if name := field.Tag.Get(in); name != "" && field.Type.Kind() == reflect.Pointer {
				panic(fmt.Sprintf("web: %s: the parameter %s (%s) is a pointer: make it a web.Optional", operation, name, field.Name))
			}
		}
	}
}
