package shelf

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"example.com/templatesite/internal/web"
)

func routes(api *web.API, db web.DB) {
	h := handlers{NewStore(db)}
	tags := api.Tag("shelf", "Places for books.")
	web.Register(api, huma.Operation{
		OperationID: "list-shelves", Method: http.MethodGet, Path: "/shelf/", Tags: tags,
		Summary: "List shelves", Description: "Oldest first, a page at a time.",
	}, h.list)
	web.Register(api, huma.Operation{
		OperationID: "create-shelf", Method: http.MethodPost, Path: "/shelf/", Tags: tags,
		Summary: "Create a shelf", Description: "The service assigns the id and the founded.", DefaultStatus: http.StatusCreated,
	}, h.create)
	web.Register(api, huma.Operation{
		OperationID: "get-shelf", Method: http.MethodGet, Path: "/shelf/{id}", Tags: tags,
		Summary: "Read a shelf", Description: "Supports If-None-Match.",
	}, h.get)
	web.Register(api, huma.Operation{
		OperationID: "replace-shelf", Method: http.MethodPut, Path: "/shelf/{id}", Tags: tags,
		Summary: "Replace a shelf", Description: "Replaces every field that a client may set. The id and the founded stay.",
	}, h.replace)
	web.Register(api, huma.Operation{
		OperationID: "update-shelf", Method: http.MethodPatch, Path: "/shelf/{id}", Tags: tags,
		Summary: "Change part of a shelf", Description: "The body is a JSON merge patch (RFC 7396).",
	}, h.update)
	web.Register(api, huma.Operation{
		OperationID: "delete-shelf", Method: http.MethodDelete, Path: "/shelf/{id}", Tags: tags,
		Summary: "Delete a shelf", Description: "Ids are not reused.", DefaultStatus: http.StatusNoContent,
	}, h.delete)
}

type handlers struct{ store Store }

func (h handlers) list(ctx context.Context, in *web.PageInput) (*web.Page[Shelf], error) {
	list, id := h.store.List, in.After
	if in.Before > 0 {
		list, id = h.store.ListBefore, in.Before
	}
	shelves, err := list(ctx, id, in.Limit+1)
	if err != nil {
		return nil, err
	}
	for i, v := range shelves {
		shelves[i] = v.linked(ctx)
	}
	return web.NewPage(ctx, in, shelves, func(v Shelf) int64 { return v.ID }), nil
}

type createInput struct {
	Body Fields
}

func (h handlers) create(ctx context.Context, in *createInput) (*web.Created[Shelf], error) {
	v, err := h.store.Create(ctx, in.Body)
	if err != nil {
		return nil, err
	}
	v = v.linked(ctx)
	return &web.Created[Shelf]{Location: v.Href, ETag: v.ETag(), Body: v}, nil
}

func (h handlers) get(ctx context.Context, in *web.ItemInput) (*web.Item[Shelf], error) {
	v, err := h.store.Get(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	found := item(ctx, v)
	if err := in.Read(found.ETag); err != nil {
		return nil, err
	}
	return found, nil
}

type replaceInput struct {
	web.ItemInput
	Body Fields
}

func (h handlers) replace(ctx context.Context, in *replaceInput) (*web.Item[Shelf], error) {
	return h.change(ctx, in.ItemInput, func(Fields) (Fields, error) { return in.Body, nil })
}

type updateInput struct {
	web.ItemInput
	Body web.Patch[Fields] `contentType:"application/merge-patch+json"`
}

func (h handlers) update(ctx context.Context, in *updateInput) (*web.Item[Shelf], error) {
	return h.change(ctx, in.ItemInput, in.Body.Apply)
}

// change is what PUT and PATCH share: they differ in how they make the new fields from the
// old ones.
func (h handlers) change(ctx context.Context, in web.ItemInput, fields func(Fields) (Fields, error)) (*web.Item[Shelf], error) {
	v, err := h.store.Update(ctx, in.ID, func(v *Shelf) (err error) {
		if err := in.Write(v.ETag()); err != nil {
			return err
		}
		v.Fields, err = fields(v.Fields)
		return err
	})
	if err != nil {
		return nil, err
	}
	return item(ctx, v), nil
}

func (h handlers) delete(ctx context.Context, in *web.ItemInput) (*struct{}, error) {
	return nil, h.store.Delete(ctx, in.ID, func(v Shelf) error { return in.Write(v.ETag()) })
}

func item(ctx context.Context, v Shelf) *web.Item[Shelf] {
	return &web.Item[Shelf]{ETag: v.ETag(), Body: v.linked(ctx)}
}
