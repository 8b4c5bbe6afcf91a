package tweet

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"example.com/templatesite/internal/web"
)

func routes(api *web.API, db web.DB) {
	h := handlers{NewStore(db)}
	tags := api.Tag("tweet", "Short texts that people post.")
	web.Register(api, huma.Operation{
		OperationID: "list-tweets", Method: http.MethodGet, Path: "/tweet/", Tags: tags,
		Summary: "List tweets", Description: "Oldest first, a page at a time.",
	}, h.list)
	web.Register(api, huma.Operation{
		OperationID: "create-tweet", Method: http.MethodPost, Path: "/tweet/", Tags: tags,
		Summary: "Create a tweet", Description: "The service assigns the id and the timestamp.", DefaultStatus: http.StatusCreated,
	}, h.create)
	web.Register(api, huma.Operation{
		OperationID: "get-tweet", Method: http.MethodGet, Path: "/tweet/{id}", Tags: tags,
		Summary: "Read a tweet", Description: "Supports If-None-Match.",
	}, h.get)
	web.Register(api, huma.Operation{
		OperationID: "replace-tweet", Method: http.MethodPut, Path: "/tweet/{id}", Tags: tags,
		Summary: "Replace a tweet", Description: "Replaces every field that a client may set. The id and the timestamp stay.",
	}, h.replace)
	web.Register(api, huma.Operation{
		OperationID: "update-tweet", Method: http.MethodPatch, Path: "/tweet/{id}", Tags: tags,
		Summary: "Change part of a tweet", Description: "The body is a JSON merge patch (RFC 7396).",
	}, h.update)
	web.Register(api, huma.Operation{
		OperationID: "delete-tweet", Method: http.MethodDelete, Path: "/tweet/{id}", Tags: tags,
		Summary: "Delete a tweet", Description: "Ids are not reused.", DefaultStatus: http.StatusNoContent,
	}, h.delete)
}

type handlers struct{ store Store }

func (h handlers) list(ctx context.Context, in *web.PageInput) (*web.Page[Tweet], error) {
	list, id := h.store.List, in.After
	if in.Before > 0 {
		list, id = h.store.ListBefore, in.Before
	}
	tweets, err := list(ctx, id, in.Limit+1)
	if err != nil {
		return nil, err
	}
	for i, t := range tweets {
		tweets[i] = t.linked(ctx)
	}
	return web.NewPage(ctx, in, tweets, func(t Tweet) int64 { return t.ID }), nil
}

type createInput struct {
	Body Fields
}

func (h handlers) create(ctx context.Context, in *createInput) (*web.Created[Tweet], error) {
	t, err := h.store.Create(ctx, in.Body)
	if err != nil {
		return nil, err
	}
	t = t.linked(ctx)
	return &web.Created[Tweet]{Location: t.Href, ETag: t.ETag(), Body: t}, nil
}

func (h handlers) get(ctx context.Context, in *web.ItemInput) (*web.Item[Tweet], error) {
	t, err := h.store.Get(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	found := item(ctx, t)
	if err := in.Read(found.ETag); err != nil {
		return nil, err
	}
	return found, nil
}

type replaceInput struct {
	web.ItemInput
	Body Fields
}

func (h handlers) replace(ctx context.Context, in *replaceInput) (*web.Item[Tweet], error) {
	return h.change(ctx, in.ItemInput, func(Fields) (Fields, error) { return in.Body, nil })
}

type updateInput struct {
	web.ItemInput
	Body web.Patch[Fields] `contentType:"application/merge-patch+json"`
}

func (h handlers) update(ctx context.Context, in *updateInput) (*web.Item[Tweet], error) {
	return h.change(ctx, in.ItemInput, in.Body.Apply)
}

// change is what PUT and PATCH share: they differ in how they make the new fields from the
// old ones.
func (h handlers) change(ctx context.Context, in web.ItemInput, fields func(Fields) (Fields, error)) (*web.Item[Tweet], error) {
	t, err := h.store.Update(ctx, in.ID, func(t *Tweet) (err error) {
		if err := in.Write(t.ETag()); err != nil {
			return err
		}
		t.Fields, err = fields(t.Fields)
		return err
	})
	if err != nil {
		return nil, err
	}
	return item(ctx, t), nil
}

func (h handlers) delete(ctx context.Context, in *web.ItemInput) (*struct{}, error) {
	return nil, h.store.Delete(ctx, in.ID, func(t Tweet) error { return in.Write(t.ETag()) })
}

func item(ctx context.Context, t Tweet) *web.Item[Tweet] {
	return &web.Item[Tweet]{ETag: t.ETag(), Body: t.linked(ctx)}
}
