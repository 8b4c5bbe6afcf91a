package book

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"example.com/templatesite/internal/web"
)

func routes(api *web.API, db web.DB) {
	h := handlers{NewStore(db)}
	tags := api.Tag("book", "Books on shelves.")
	web.Register(api, huma.Operation{
		OperationID: "list-books", Method: http.MethodGet, Path: "/book/", Tags: tags,
		Summary: "List books", Description: "Filtered, in the order of sort, a page at a time.",
	}, h.list)
	web.Register(api, huma.Operation{
		OperationID: "create-book", Method: http.MethodPost, Path: "/book/", Tags: tags,
		Summary: "Create a book", Description: "The service assigns the id and the added.", DefaultStatus: http.StatusCreated,
	}, h.create)
	web.Register(api, huma.Operation{
		OperationID: "get-book", Method: http.MethodGet, Path: "/book/{id}", Tags: tags,
		Summary: "Read a book", Description: "Supports If-None-Match.",
	}, h.get)
	web.Register(api, huma.Operation{
		OperationID: "replace-book", Method: http.MethodPut, Path: "/book/{id}", Tags: tags,
		Summary: "Replace a book", Description: "Replaces every field that a client may set. The id and the added stay.",
	}, h.replace)
	web.Register(api, huma.Operation{
		OperationID: "update-book", Method: http.MethodPatch, Path: "/book/{id}", Tags: tags,
		Summary: "Change part of a book", Description: "The body is a JSON merge patch (RFC 7396).",
	}, h.update)
	web.Register(api, huma.Operation{
		OperationID: "delete-book", Method: http.MethodDelete, Path: "/book/{id}", Tags: tags,
		Summary: "Delete a book", Description: "Ids are not reused.", DefaultStatus: http.StatusNoContent,
	}, h.delete)
}

type handlers struct{ store Store }

type createInput struct {
	Body Fields
}

func (h handlers) create(ctx context.Context, in *createInput) (*web.Created[Book], error) {
	b, err := h.store.Create(ctx, in.Body)
	if err != nil {
		return nil, err
	}
	b = b.linked(ctx)
	return &web.Created[Book]{Location: b.Href, ETag: b.ETag(), Body: b}, nil
}

func (h handlers) get(ctx context.Context, in *web.ItemInput) (*web.Item[Book], error) {
	b, err := h.store.Get(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	found := item(ctx, b)
	if err := in.Read(found.ETag); err != nil {
		return nil, err
	}
	return found, nil
}

type replaceInput struct {
	web.ItemInput
	Body Fields
}

func (h handlers) replace(ctx context.Context, in *replaceInput) (*web.Item[Book], error) {
	return h.change(ctx, in.ItemInput, func(Fields) (Fields, error) { return in.Body, nil })
}

type updateInput struct {
	web.ItemInput
	Body web.Patch[Fields] `contentType:"application/merge-patch+json"`
}

func (h handlers) update(ctx context.Context, in *updateInput) (*web.Item[Book], error) {
	return h.change(ctx, in.ItemInput, in.Body.Apply)
}

// change is what PUT and PATCH share: they differ in how they make the new fields from the
// old ones.
func (h handlers) change(ctx context.Context, in web.ItemInput, fields func(Fields) (Fields, error)) (*web.Item[Book], error) {
	b, err := h.store.Update(ctx, in.ID, func(b *Book) (err error) {
		if err := in.Write(b.ETag()); err != nil {
			return err
		}
		before := b.Fields
		if b.Fields, err = fields(before); err != nil {
			return err
		}
		return b.keep(before)
	})
	if err != nil {
		return nil, err
	}
	return item(ctx, b), nil
}

func (h handlers) delete(ctx context.Context, in *web.ItemInput) (*struct{}, error) {
	return nil, h.store.Delete(ctx, in.ID, func(b Book) error { return in.Write(b.ETag()) })
}

func item(ctx context.Context, b Book) *web.Item[Book] {
	return &web.Item[Book]{ETag: b.ETag(), Body: b.linked(ctx)}
}
