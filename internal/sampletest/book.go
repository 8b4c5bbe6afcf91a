package sampletest

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"example.com/templatesite/internal/web"
)

// NewBook is what a client may set of a book when the path names its shelf.
type NewBook struct {
	Title string `json:"title" minLength:"1" maxLength:"80" doc:"The title." example:"Walden"`
	Pages int    `json:"pages" minimum:"1" maximum:"9999" doc:"How many pages it has." example:"352"`
	// Code has no example: only the first of the requests that are made from it would succeed.
	Code   *string    `json:"code,omitempty" minLength:"1" maxLength:"20" doc:"Its code in the catalogue, which no other book has."`
	Note   string     `json:"note,omitempty" maxLength:"200" doc:"A remark." example:"A gift"`
	Status string     `json:"status,omitempty" enum:"unread,reading,read" default:"unread" doc:"How far it was read." example:"reading"`
	Listed *bool      `json:"listed,omitempty" default:"true" doc:"Whether it is in the catalogue." example:"true"`
	Due    *time.Time `json:"due,omitempty" doc:"When it must be read. Only while it is being read." example:"2026-03-01T12:00:00Z"`
}

// Resolve is a rule over two fields.
func (b *NewBook) Resolve(huma.Context) []error {
	if b.Due != nil && b.Status != "reading" {
		return []error{&huma.ErrorDetail{Message: "must not be set unless the status is reading", Location: "body.due"}}
	}
	return nil
}

// BookFields are what a client may set.
type BookFields struct {
	Shelf int64 `json:"shelf" minimum:"1" ref:"shelf" doc:"The id of its shelf." example:"1"`
	NewBook
}

// Book is one book.
type Book struct {
	ID int64 `json:"id" doc:"The id." example:"1"`
	BookFields
	Href string `json:"href" format:"uri" doc:"The address." example:"http://localhost:8000/book/1"`

	Version int64 `json:"-"`
}

func (b Book) etag() string { return web.ETag(b.Version) }

func (b Book) linked(ctx context.Context) Book {
	b.Href = address(ctx, "book", b.ID)
	return b
}

func address(ctx context.Context, resource string, id int64) string {
	return web.URL(ctx, "/"+resource+"/"+strconv.FormatInt(id, 10))
}

var bookConstraints = []web.Constraint{
	{
		Name: "book_shelf_fkey", Columns: "book.shelf",
		Field: web.FieldError{Location: "body.shelf", Message: "must be the id of a shelf that exists"},
	},
	{
		Name: "book_code_key", Columns: "book.code",
		Field: web.FieldError{Location: "body.code", Message: "is the code of another book"},
	},
}

func bookRoutes(api *web.API, db web.DB) {
	h := books{newBookStore(db)}
	tags := api.Tag("book", "The books on the shelves.")
	register := func(id, method, path, summary, description string, status int) huma.Operation {
		return huma.Operation{
			OperationID: id, Method: method, Path: path, Tags: tags, Summary: summary, Description: description, DefaultStatus: status,
		}
	}
	web.Register(api, register("list-books", http.MethodGet, "/book/", "List books", "Newest first.", http.StatusOK), h.list)
	web.Register(api, register("create-book", http.MethodPost, "/book/", "Add a book", "The service assigns the id.", http.StatusCreated), h.create)
	web.Register(api, register("get-book", http.MethodGet, "/book/{id}", "Read a book", "Supports If-None-Match.", http.StatusOK), h.get)
	web.Register(api, register("replace-book", http.MethodPut, "/book/{id}", "Replace a book", "All its fields.", http.StatusOK), h.replace)
	web.Register(api, register("update-book", http.MethodPatch, "/book/{id}", "Change a book", "The body is a JSON merge patch (RFC 7396).", http.StatusOK), h.update)
	web.Register(api, register("delete-book", http.MethodDelete, "/book/{id}", "Delete a book", "Ids are not reused.", http.StatusNoContent), h.delete)
	web.Register(api, register("list-books-of-shelf", http.MethodGet, "/shelf/{shelf}/book/", "List the books of a shelf", "Newest first.", http.StatusOK), h.listOfShelf)
	web.Register(api, register("create-book-on-shelf", http.MethodPost, "/shelf/{shelf}/book/", "Add a book to a shelf", "The service assigns the id.", http.StatusCreated), h.createOnShelf)
}

type books struct{ store bookStore }

type listInput struct {
	Status string              `query:"status" enum:"unread,reading,read" doc:"Only books with this status." example:"reading"`
	Listed web.Optional[bool]  `query:"listed" doc:"Only books that are in the catalogue, or are not." example:"true"`
	Shelf  web.Optional[int64] `query:"shelf" minimum:"1" ref:"shelf" doc:"Only books on this shelf." example:"1"`
	web.PageInput
}

func (h books) list(ctx context.Context, in *listInput) (*web.Page[Book], error) {
	return h.page(ctx, filter{Status: in.Status, Listed: in.Listed.Pointer(), Shelf: in.Shelf.Pointer()}, &in.PageInput)
}

type listOfShelfInput struct {
	Status string `query:"status" enum:"unread,reading,read" doc:"Only books with this status." example:"reading"`
	web.PageInput
	Shelf int64 `path:"shelf" doc:"The id of the shelf." example:"1"`
}

func (h books) listOfShelf(ctx context.Context, in *listOfShelfInput) (*web.Page[Book], error) {
	if err := h.store.HasShelf(ctx, in.Shelf); err != nil {
		return nil, err
	}
	return h.page(ctx, filter{Status: in.Status, Shelf: &in.Shelf}, &in.PageInput)
}

func (h books) page(ctx context.Context, f filter, in *web.PageInput) (*web.Page[Book], error) {
	found, err := h.store.List(ctx, f, in)
	if err != nil {
		return nil, err
	}
	for i, b := range found {
		found[i] = b.linked(ctx)
	}
	return web.NewPageDescending(ctx, in, found, func(b Book) int64 { return b.ID }), nil
}

func (h books) create(ctx context.Context, in *struct{ Body BookFields }) (*web.Created[Book], error) {
	b, err := h.store.Create(ctx, in.Body)
	if err != nil {
		return nil, err
	}
	b = b.linked(ctx)
	return &web.Created[Book]{Location: b.Href, ETag: b.etag(), Body: b}, nil
}

type createOnShelfInput struct {
	Shelf int64 `path:"shelf" doc:"The id of the shelf." example:"1"`
	Body  NewBook
}

func (h books) createOnShelf(ctx context.Context, in *createOnShelfInput) (*web.Created[Book], error) {
	if err := h.store.HasShelf(ctx, in.Shelf); err != nil {
		return nil, err
	}
	return h.create(ctx, &struct{ Body BookFields }{BookFields{in.Shelf, in.Body}})
}

func (h books) get(ctx context.Context, in *web.ItemInput) (*web.Item[Book], error) {
	b, err := h.store.Get(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	return &web.Item[Book]{ETag: b.etag(), Body: b.linked(ctx)}, in.Read(b.etag())
}

func (h books) replace(ctx context.Context, in *struct {
	web.ItemInput
	Body BookFields
},
) (*web.Item[Book], error) {
	return h.change(ctx, in.ItemInput, func(BookFields) (BookFields, error) { return in.Body, nil })
}

func (h books) update(ctx context.Context, in *struct {
	web.ItemInput
	Body web.Patch[BookFields] `contentType:"application/merge-patch+json"`
},
) (*web.Item[Book], error) {
	return h.change(ctx, in.ItemInput, in.Body.Apply)
}

func (h books) change(ctx context.Context, in web.ItemInput, fields func(BookFields) (BookFields, error)) (*web.Item[Book], error) {
	b, err := h.store.Update(ctx, in.ID, func(b *Book) (err error) {
		if err := in.Write(b.etag()); err != nil {
			return err
		}
		b.BookFields, err = fields(b.BookFields)
		return err
	})
	if err != nil {
		return nil, err
	}
	return &web.Item[Book]{ETag: b.etag(), Body: b.linked(ctx)}, nil
}

func (h books) delete(ctx context.Context, in *web.ItemInput) (*struct{}, error) {
	return nil, h.store.Delete(ctx, in.ID, func(b Book) error { return in.Write(b.etag()) })
}
