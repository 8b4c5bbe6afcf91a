package web

import (
	"strconv"

	"github.com/danielgtaylor/huma/v2"
)

// ItemInput names one resource, and says under which conditions.
type ItemInput struct {
	ID int64 `path:"id" doc:"The id of the resource." example:"1"`
	Preconditions
}

// Resolve refuses another spelling of an id, such as +1 or 01: a resource has one
// address, or its caches and its log have two things for one.
func (in *ItemInput) Resolve(ctx huma.Context) []error {
	errs := in.Preconditions.Resolve(ctx)
	text := ctx.Param("id")
	if id, err := strconv.ParseInt(text, 10, 64); err == nil && strconv.FormatInt(id, 10) != text {
		errs = append(errs, &huma.ErrorDetail{Message: "must have no plus sign and no leading zeros", Location: "path.id"})
	}
	return errs
}

// Item is the answer that holds one resource.
type Item[T any] struct {
	ETag string `header:"ETag" doc:"This version of the resource, for If-Match and If-None-Match." example:"\"1f0hk2s8qz\""`
	Body T
}

// Created is the answer that holds a new resource, and says where it is.
type Created[T any] struct {
	Location string `header:"Location" doc:"Where the new resource is." example:"http://localhost:8000/tweet/3"`
	ETag     string `header:"ETag" doc:"This version of the resource, for If-Match and If-None-Match." example:"\"1f0hk2s8qz\""`
	Body     T
}
