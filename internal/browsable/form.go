package browsable

import (
	"net/http"
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
	// Note says why the form does not contain what the user expects in it.
	Note string
	Curl string
	// body is what the command sends.
	body string
}

// forms returns the forms that make sense here: one to create where POST is
// answered, and ones to change and to delete what was read. Who has sent a form that
// did not do its work sees that one.
func (v *visit) forms(item jsontext.Value, etag string) []*form {
	var all []*form
	for _, method := range []string{http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete} {
		op := v.operations[method]
		if op == nil || len(v.request.URL.EscapedPath()) > maxAddress || method == http.MethodPatch && v.operations[http.MethodPut] != nil {
			continue
		}
		f := v.form(op)
		if sensible := item != nil || v.sent.isOf(f) || v.sent == nil && method == http.MethodPost; !sensible {
			continue
		}
		switch method {
		case http.MethodPost:
			f.Raw = indented(example(f.Fields))
			f.body = f.Raw
		case http.MethodPut, http.MethodPatch:
			if !v.sent.isOf(f) {
				f.edit(item)
			}
		}
		v.finish(f, etag)
		all = append(all, f)
	}
	return all
}

// edit fills f with the resource as it is.
func (f *form) edit(item jsontext.Value) {
	if f.body = string(item); len(item) > maxTyped {
		f.RawOnly, f.RawMethods, f.Note = true, nil, "It is too long to be changed on a page."
		return
	}
	f.RawOnly = !fill(f.Fields, item)
	f.Raw = indented(writable(f.Fields, item))
	f.body = f.Raw
}

func (v *visit) form(op *huma.Operation) *form {
	f := &form{
		ID: strings.ToLower(op.Method), Title: op.Summary, Help: op.Description, Method: op.Method, Button: button(op),
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

func button(op *huma.Operation) string {
	switch {
	case op.Method == http.MethodDelete:
		return "Delete"
	case op.Method != http.MethodPost:
		return "Save"
	case op.Responses["201"] != nil:
		return "Create"
	}
	return "Send"
}

// finish completes f with what was typed into it, when it is the one that was sent.
func (v *visit) finish(f *form, etag string) {
	if f.Method != http.MethodPost {
		f.ETag = etag
	}
	if v.sent.isOf(f) {
		f.again(v.sent)
	}
	if len(f.RawMethods) > 0 && (len(f.Fields) == 0 || !nameable(f.Fields)) {
		f.RawOnly = true
	}
	f.Curl = curl(f.Method, v.info.BaseURL, f.Action, f.ETag, f.body)
}

// again fills f with what was typed into it.
func (f *form) again(sent *submission) {
	f.RawOnly, f.RawOpen, f.body = sent.raw, sent.raw, sent.body
	room := maxTyped
	switch {
	case !sent.raw:
		retype(f.Fields, sent.values, &room)
		if f.Raw = ""; len(sent.body) > maxTyped {
			f.RawMethods = nil
		} else {
			f.Raw = indented(jsontext.Value(sent.body))
		}
	case len(sent.body) > maxTyped:
		f.Raw, f.Note = "", "What you typed is "+tooLong(sent.body)+"."
	default:
		f.Raw = sent.body
	}
}

// filter returns the controls for the query parameters of a GET, as they are now.
func (v *visit) filter() []*field {
	op := v.operations[http.MethodGet]
	if op == nil || v.sent != nil {
		return nil
	}
	var all []*field
	query := v.request.URL.Query()
	for _, param := range op.Parameters {
		if schema := v.api.Resolve(param.Schema); param.In == "query" && schema != nil {
			f := v.field(param.Name, schema, param.Required)
			f.Help = param.Description
			f.inQuery()
			if query.Has(param.Name) {
				f.Value = ifShort(query.Get(param.Name), maxLine)
			}
			all = append(all, f)
		}
	}
	return all
}
