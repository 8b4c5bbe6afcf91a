package browsable

import (
	"net/http"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/go-json-experiment/json/jsontext"
)

// form is one form of a page: it makes, changes or deletes something.
type form struct {
	// ID is the method in lower case, and the form's place on the page.
	ID, Title, Help, Button string
	Method, Action, ETag    string
	Fields                  []*field
	// Raw is the body to be typed as a whole, and RawMethods are what it can be
	// sent with. RawOnly says that the controls cannot hold what there is, or were not
	// used; RawOpen that the body was typed.
	Raw              string
	RawMethods       []string
	RawOnly, RawOpen bool
	Curl             string
}

// forms returns the forms that make sense here: one to create where POST is
// answered, and ones to change and to delete what was read or what was sent.
func (v *visit) forms(item jsontext.Value, etag string) []*form {
	var all []*form
	if op := v.operations[http.MethodPost]; op != nil {
		button := "Send"
		if op.Responses["201"] != nil {
			button = "Create"
		}
		f := v.form(op, button)
		f.Raw = indented(example(f.Fields))
		v.finish(f, "")
		all = append(all, f)
	}
	if item == nil && (v.sent == nil || v.sent.method == http.MethodPost) {
		return all
	}
	for _, method := range []string{http.MethodPut, http.MethodPatch} {
		if op := v.operations[method]; op != nil {
			f := v.form(op, "Save")
			f.RawOnly = !fill(f.Fields, item)
			f.Raw = indented(writable(f.Fields, item))
			v.finish(f, etag)
			all = append(all, f)
			break
		}
	}
	if op := v.operations[http.MethodDelete]; op != nil {
		f := v.form(op, "Delete")
		v.finish(f, etag)
		all = append(all, f)
	}
	return all
}

func (v *visit) form(op *huma.Operation, button string) *form {
	f := &form{
		ID: strings.ToLower(op.Method), Title: op.Summary, Help: op.Description, Method: op.Method, Button: button,
		Action: v.request.URL.EscapedPath(), Fields: v.fields(op),
	}
	if op.RequestBody != nil {
		f.RawMethods = []string{op.Method}
		if op.Method == http.MethodPut && v.operations[http.MethodPatch] != nil {
			f.RawMethods = append(f.RawMethods, http.MethodPatch)
		}
	}
	return f
}

// finish completes f with what was typed into it, when it is the one that was sent.
func (v *visit) finish(f *form, etag string) {
	f.ETag = etag
	if v.sent != nil && (v.sent.method == f.Method || slices.Contains(f.RawMethods, v.sent.method)) {
		f.RawOnly, f.RawOpen = v.sent.raw, v.sent.raw
		if v.sent.raw {
			f.Raw = v.sent.body
		} else {
			retype(f.Fields, v.sent.values)
			f.Raw = indented(jsontext.Value(v.sent.body))
		}
	}
	if len(f.RawMethods) > 0 && len(f.Fields) == 0 {
		f.RawOnly = true
	}
	f.Curl = v.curl(f.Method, v.info.BaseURL+f.Action, f.ETag, f.Raw)
}
