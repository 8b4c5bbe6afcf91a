// Package web is the vocabulary that resources and plumbing share. It does not know any
// resource, the database driver, the settings or the log. Its files form four groups:
//
//   - The request and its response, as all packages see them: request.go (Info, Middleware),
//     problem.go and field_error.go (Problem), mux.go (Mux), accept.go, ranges.go and
//     page_header.go.
//   - What a resource is: resource.go, database.go, transaction.go and row.go; and what its
//     operations are made of: item.go, page.go, precondition.go, patch.go, optional.go and time.go.
//   - How an operation is served: api.go (API) and operation.go, where Register lists the
//     stages. Each stage has a file, such as accept.go, parameters.go, body*.go, huma.go,
//     limiter.go and retry.go. caller*.go, owner.go, authentication.go and
//     credential.go decide who may use it, and on whose rows. json.go reads and writes JSON, and decode*.go reads other JSON, such as
//     fixtures, as strictly as the body of a request.
//   - How operations are described: openapi*.go and extensions.go.
//
// Besides these, cache.go has the Cache that database and metrics use.
package web
