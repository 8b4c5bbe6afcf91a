package web

// ItemInput names one resource, and says under which conditions.
type ItemInput struct {
	ID int64 `path:"id" doc:"The id of the resource." example:"1"`
	Preconditions
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
