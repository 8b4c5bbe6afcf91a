package browsable

import (
	"net/http"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/go-json-experiment/json/jsontext"

	"example.com/templatesite/internal/web"
)

// form is one form of a page: it creates, changes or deletes something.
type form struct {
	// ID is the method in lower case, and the form's id on the page.
	ID, Title, Help, Button string
	// Needs are the scopes that a caller needs.
	Needs                string
	Method, Action, ETag string
	Fields               []*field
	// Raw is the body as JSON, to be edited as text, and RawMethods are the methods that
	// can send it.
	Raw        string
	RawMethods []string
	// RawOnly means that there are no controls: they cannot hold the resource unchanged,
	// or the body was typed as JSON. RawOpen means that it was.
	RawOnly, RawOpen bool
	// Note says what the form leaves out, and why.
	Note string
	Curl string
	// body is what the curl command sends.
	body string
}

// forms returns the forms that make sense here: one to create if POST is supported, and
// those to change and to delete the item that was read. If a form was refused, it is the
// only one.
func (p *pageRequest) forms(item jsontext.Value, etag string) []*form {
	var all []*form
	for _, method := range []string{http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete} {
		op := p.operations[method]
		if op == nil || len(p.request.URL.EscapedPath()) > maxAddress || method == http.MethodPatch && p.operations[http.MethodPut] != nil {
			continue
		}
		f := p.form(op)
		if sensible := item != nil || f.isSent(p.sent) || p.sent == nil && method == http.MethodPost; !sensible {
			continue
		}
		switch method {
		case http.MethodPost:
			f.Raw = indented(example(f.Fields))
			f.body = f.Raw
		case http.MethodPut, http.MethodPatch:
			if !f.isSent(p.sent) {
				f.edit(item)
			}
		}
		p.finish(f, etag)
		all = append(all, f)
	}
	return all
}

// form returns the empty form of an operation.
func (p *pageRequest) form(op *huma.Operation) *form {
	f := &form{
		ID: strings.ToLower(op.Method), Title: op.Summary, Help: op.Description, Needs: strings.Join(web.ScopesOf(op), " "), Method: op.Method, Button: button(op),
		Action: p.request.URL.EscapedPath(), Fields: p.schemas.fields(op),
	}
	if op.RequestBody != nil {
		f.RawMethods = []string{op.Method}
		if op.Method == http.MethodPut && p.operations[http.MethodPatch] != nil {
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

// edit fills f with the resource.
func (f *form) edit(item jsontext.Value) {
	if f.body = string(item); len(item) > maxTyped {
		f.RawOnly, f.RawMethods, f.Note = true, nil, "This is too long to be edited on a page."
		return
	}
	f.RawOnly = !fill(f.Fields, item)
	f.Raw = indented(writable(f.Fields, item))
	f.body = f.Raw
}

// finish completes f. If f is the form that was sent, it shows again what was typed.
func (p *pageRequest) finish(f *form, etag string) {
	if f.Method != http.MethodPost {
		f.ETag = etag
	}
	if f.isSent(p.sent) {
		f.refill(p.sent)
	}
	if len(f.RawMethods) > 0 && (len(f.Fields) == 0 || !nameable(f.Fields)) {
		f.RawOnly = true
	}
	f.Curl = curl(f.Method, p.info.BaseURL, f.Action, f.ETag, f.body, f.Needs != "")
}

// isSent reports whether f is the form that was sent, if one was.
func (f *form) isSent(sent *submission) bool {
	return sent != nil && (sent.method == f.Method || slices.Contains(f.RawMethods, sent.method))
}

// refill fills f with what was typed into it.
func (f *form) refill(sent *submission) {
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

// filter returns the controls of the query parameters of a GET, with their values.
func (p *pageRequest) filter() []*field {
	op := p.operations[http.MethodGet]
	if op == nil || p.sent != nil {
		return nil
	}
	var all []*field
	query := p.request.URL.Query()
	for _, param := range op.Parameters {
		if schema := p.api.Resolve(param.Schema); param.In == "query" && schema != nil {
			f := p.schemas.field(param.Name, schema, param.Required)
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
