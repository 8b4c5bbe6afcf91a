package diary

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"example.com/templatesite/internal/web"
)

func routes(api *web.API, db web.DB) {
	api = api.Owned()
	h := handlers{NewStore(db)}
	tags := api.Tag("diary", "Diaries.")
	web.Register(api, huma.Operation{
		OperationID: "list-diaries", Method: http.MethodGet, Path: "/diary/", Tags: tags,
		Summary: "List diaries", Description: "Those of the caller or, with the scope admin, of everyone. Filtered, in the order of sort, a page at a time.",
	}, h.list)
	web.Register(api, huma.Operation{
		OperationID: "create-diary", Method: http.MethodPost, Path: "/diary/", Tags: tags,
		Summary: "Create a diary", Description: "The service assigns the id.", DefaultStatus: http.StatusCreated,
	}, h.create)
	web.Register(api, huma.Operation{
		OperationID: "get-diary", Method: http.MethodGet, Path: "/diary/{id}", Tags: tags,
		Summary: "Read a diary", Description: "Supports If-None-Match.",
	}, h.get)
	web.Register(api, huma.Operation{
		OperationID: "replace-diary", Method: http.MethodPut, Path: "/diary/{id}", Tags: tags,
		Summary: "Replace a diary", Description: "Replaces every field that a client may set. The id stays.",
	}, h.replace)
	web.Register(api, huma.Operation{
		OperationID: "update-diary", Method: http.MethodPatch, Path: "/diary/{id}", Tags: tags,
		Summary: "Change part of a diary", Description: "The body is a JSON merge patch (RFC 7396).",
	}, h.update)
	web.Register(api, huma.Operation{
		OperationID: "delete-diary", Method: http.MethodDelete, Path: "/diary/{id}", Tags: tags,
		Summary: "Delete a diary", Description: "Ids are not reused.", DefaultStatus: http.StatusNoContent,
	}, h.delete)
}

type handlers struct{ store Store }

type createInput struct {
	Body Fields
}

func (h handlers) create(ctx context.Context, in *createInput) (*web.Created[Diary], error) {
	d, err := h.store.Create(ctx, web.OwnerFrom(ctx), in.Body)
	if err != nil {
		return nil, err
	}
	d = d.linked(ctx)
	return &web.Created[Diary]{Location: d.Href, ETag: d.ETag(), Body: d}, nil
}

func (h handlers) get(ctx context.Context, in *web.ItemInput) (*web.Item[Diary], error) {
	d, err := h.store.Get(ctx, web.OwnerFrom(ctx), in.ID)
	if err != nil {
		return nil, err
	}
	found := item(ctx, d)
	if err := in.Read(found.ETag); err != nil {
		return nil, err
	}
	return found, nil
}

type replaceInput struct {
	web.ItemInput
	Body Fields
}

func (h handlers) replace(ctx context.Context, in *replaceInput) (*web.Item[Diary], error) {
	return h.change(ctx, in.ItemInput, func(Fields) (Fields, error) { return in.Body, nil })
}

type updateInput struct {
	web.ItemInput
	Body web.Patch[Fields] `contentType:"application/merge-patch+json"`
}

func (h handlers) update(ctx context.Context, in *updateInput) (*web.Item[Diary], error) {
	return h.change(ctx, in.ItemInput, in.Body.Apply)
}

// change is what PUT and PATCH share: they differ in how they make the new fields from the
// old ones.
func (h handlers) change(ctx context.Context, in web.ItemInput, fields func(Fields) (Fields, error)) (*web.Item[Diary], error) {
	d, err := h.store.Update(ctx, web.OwnerFrom(ctx), in.ID, func(d *Diary) (err error) {
		if err := in.Write(d.ETag()); err != nil {
			return err
		}
		d.Fields, err = fields(d.Fields)
		return err
	})
	if err != nil {
		return nil, err
	}
	return item(ctx, d), nil
}

func (h handlers) delete(ctx context.Context, in *web.ItemInput) (*struct{}, error) {
	return nil, h.store.Delete(ctx, web.OwnerFrom(ctx), in.ID, func(d Diary) error { return in.Write(d.ETag()) })
}

func item(ctx context.Context, d Diary) *web.Item[Diary] {
	return &web.Item[Diary]{ETag: d.ETag(), Body: d.linked(ctx)}
}
