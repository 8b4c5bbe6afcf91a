package app

import (
	"example.com/templatesite/internal/idempotency"
	"example.com/templatesite/internal/web"
)

// once returns what carries out requests with an Idempotency-Key, or nil if they are switched off.
func (s Service) once(db web.DB) web.Once {
	if !s.IdempotencyKeys {
		return nil
	}
	return idempotency.New(db).Once
}

// withKeys adds the table of the keys to what has migrations, unless they are switched off.
func (s Service) withKeys(owners []web.Resource) []web.Resource {
	if !s.IdempotencyKeys {
		return owners
	}
	return append(owners, idempotency.Table())
}
