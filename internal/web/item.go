package web

import "reflect"

// IDInput is the input of an operation on one resource, without preconditions. The input of a
// nested route has a field for each id instead, such as
//
//	Shelf int64 `path:"shelf" doc:"The id of the shelf." example:"1"`
type IDInput struct {
	ID int64 `path:"id" doc:"The id of the resource." example:"1"`
}

// ItemInput is the input of an operation on one resource, with preconditions.
type ItemInput struct {
	IDInput
	Preconditions
}

// honoursPreconditions reports whether an input has preconditions.
func honoursPreconditions(input reflect.Type) bool {
	field, ok := input.FieldByName("Preconditions")
	return ok && field.Type == reflect.TypeFor[Preconditions]()
}

// Item is a response with one resource.
type Item[T any] struct {
	ETag string `header:"ETag" doc:"This version of the resource, for If-Match and If-None-Match." example:"\"1f0hk2s8qz\""`
	Body T
}

// Created is a response with a new resource and its address.
type Created[T any] struct {
	Location string `header:"Location" doc:"The address of the new resource."`
	ETag     string `header:"ETag" doc:"This version of the resource, for If-Match and If-None-Match." example:"\"1f0hk2s8qz\""`
	Body     T
}
