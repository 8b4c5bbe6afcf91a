package entry

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"example.com/templatesite/internal/web"
)

func routes(api *web.API, db web.DB) {
	api = api.Owned()
	h := handlers{NewStore(db)}
	tags := api.Tag("entry", "Days in diaries.")
	web.Register(api, huma.Operation{
		OperationID: "list-entries", Method: http.MethodGet, Path: "/entry/", Tags: tags,
		Summary: "List entries", Description: "Those of the caller or, with the scope admin, of everyone. Filtered, in the order of sort, a page at a time.",
	}, h.list)
	web.Register(api, huma.Operation{
		OperationID: "create-entry", Method: http.MethodPost, Path: "/entry/", Tags: tags,
		Summary: "Create an entry", Description: "The service assigns the id and the written.", DefaultStatus: http.StatusCreated,
	}, h.create)
	web.Register(api, huma.Operation{
		OperationID: "get-entry", Method: http.MethodGet, Path: "/entry/{id}", Tags: tags,
		Summary: "Read an entry", Description: "Supports If-None-Match.",
	}, h.get)
	web.Register(api, huma.Operation{
		OperationID: "replace-entry", Method: http.MethodPut, Path: "/entry/{id}", Tags: tags,
		Summary: "Replace an entry", Description: "Replaces every field that a client may set. The id and the written stay.",
	}, h.replace)
	web.Register(api, huma.Operation{
		OperationID: "update-entry", Method: http.MethodPatch, Path: "/entry/{id}", Tags: tags,
		Summary: "Change part of an entry", Description: "The body is a JSON merge patch (RFC 7396).",
	}, h.update)
	web.Register(api, huma.Operation{
		OperationID: "delete-entry", Method: http.MethodDelete, Path: "/entry/{id}", Tags: tags,
		Summary: "Delete an entry", Description: "Ids are not reused.", DefaultStatus: http.StatusNoContent,
	}, h.delete)
}

type handlers struct{ store Store }

type createInput struct {
	Body Fields
}

func (h handlers) create(ctx context.Context, in *createInput) (*web.Created[Entry], error) {
	e, err := h.store.Create(ctx, web.OwnerFrom(ctx), in.Body)
	if err != nil {
		return nil, err
	}
	e = e.linked(ctx)
	return &web.Created[Entry]{Location: e.Href, ETag: e.ETag(), Body: e}, nil
}

func (h handlers) get(ctx context.Context, in *web.ItemInput) (*web.Item[Entry], error) {
	e, err := h.store.Get(ctx, web.OwnerFrom(ctx), in.ID)
	if err != nil {
		return nil, err
	}
	found := item(ctx, e)
	if err := in.Read(found.ETag); err != nil {
		return nil, err
	}
	return found, nil
}

type replaceInput struct {
	web.ItemInput
	Body Fields
}

func (h handlers) replace(ctx context.Context, in *replaceInput) (*web.Item[Entry], error) {
	return h.change(ctx, in.ItemInput, func(Fields) (Fields, error) { return in.Body, nil })
}

type updateInput struct {
	web.ItemInput
	Body web.Patch[Fields] `contentType:"application/merge-patch+json"`
}

func (h handlers) update(ctx context.Context, in *updateInput) (*web.Item[Entry], error) {
	return h.change(ctx, in.ItemInput, in.Body.Apply)
}

// change is what PUT and PATCH share: they differ in how they make the new fields from the
// old ones.
func (h handlers) change(ctx context.Context, in web.ItemInput, fields func(Fields) (Fields, error)) (*web.Item[Entry], error) {
	e, err := h.store.Update(ctx, web.OwnerFrom(ctx), in.ID, func(e *Entry) (err error) {
		if err := in.Write(e.ETag()); err != nil {
			return err
		}
		before := e.Fields
		if e.Fields, err = fields(before); err != nil {
			return err
		}
		return e.keep(before)
	})
	if err != nil {
		return nil, err
	}
	return item(ctx, e), nil
}

func (h handlers) delete(ctx context.Context, in *web.ItemInput) (*struct{}, error) {
	return nil, h.store.Delete(ctx, web.OwnerFrom(ctx), in.ID, func(e Entry) error { return in.Write(e.ETag()) })
}

func item(ctx context.Context, e Entry) *web.Item[Entry] {
	return &web.Item[Entry]{ETag: e.ETag(), Body: e.linked(ctx)}
}
