// Package idempotency remembers the answers to requests that have an Idempotency-Key
// (draft-ietf-httpapi-idempotency-key-header-07), in a table of its own beside those of the
// resources, so that every replica knows them.
//
// It does not know HTTP or the resources: package web reads the header, and makes answers.
package idempotency

import (
	"bytes"
	"context"
	"embed"
	"sync/atomic"
	"time"

	"example.com/templatesite/internal/web"
)

// lifetime is how long a key is remembered. Afterwards it counts as new.
const lifetime = 24 * time.Hour

//go:embed migrations
var migrations embed.FS

// Table returns the migrations of the table. It is no resource: it has no routes and no fixtures.
func Table() web.Resource { return web.Resource{Name: "idempotency_key", Migrations: migrations} }

// Keys are the keys of a database. They are safe for concurrent use.
type Keys struct {
	db          web.DB
	read, write web.Querier
	swept       atomic.Int64 // when expired keys were last deleted, in seconds since 1970
}

// New returns the keys of a database that has the table.
func New(db web.DB) *Keys {
	k := &Keys{db: db}
	k.read, k.write = db.Queriers()
	return k
}

// Once is a web.Once. The key is inserted before the request is carried out: a second request
// with that key waits there until the transaction of the first one ends.
func (k *Keys) Once(ctx context.Context, r web.KeyedRequest, run func(context.Context) ([]byte, error)) (answer []byte, replayed bool, err error) {
	err = k.db.Atomic(ctx, func(ctx context.Context) error {
		isNew, err := k.insert(ctx, r)
		if err != nil {
			return err
		}
		if replayed = !isNew; replayed {
			answer, err = k.answer(ctx, r)
			return err
		}
		if answer, err = run(ctx); err != nil {
			return err
		}
		return k.store(ctx, r.Key, answer)
	})
	if err == nil && !replayed {
		k.sweep(ctx)
	}
	return answer, replayed, err
}

const insertSQL = `-- idempotency_key.insert
	insert into idempotency_key (key, fingerprint, created)
	values ($1, $2, $3)
	on conflict (key) do update
	set fingerprint = excluded.fingerprint, answer = null, created = excluded.created
	where idempotency_key.created < $4`

// insert reports whether the key is new, or has expired.
func (k *Keys) insert(ctx context.Context, r web.KeyedRequest) (isNew bool, err error) {
	now := time.Now()
	expired := now.Add(-lifetime)
	result, err := k.write.ExecContext(ctx, insertSQL, r.Key, r.Fingerprint[:], web.Timestamp(&now), web.Timestamp(&expired))
	if err != nil {
		return false, err
	}
	n, err := result.RowsAffected()
	return n > 0, err
}

const answerSQL = `-- idempotency_key.answer
	select fingerprint, answer
	from idempotency_key
	where key = $1`

func (k *Keys) answer(ctx context.Context, r web.KeyedRequest) (answer []byte, err error) {
	var fingerprint []byte
	if err := k.read.QueryRowContext(ctx, answerSQL, r.Key).Scan(&fingerprint, &answer); err != nil {
		return nil, err
	}
	if !bytes.Equal(fingerprint, r.Fingerprint[:]) {
		return nil, web.ErrKeyReused
	}
	return answer, nil
}

const storeSQL = `-- idempotency_key.store
	update idempotency_key
	set answer = $1
	where key = $2`

func (k *Keys) store(ctx context.Context, key string, answer []byte) error {
	_, err := k.write.ExecContext(ctx, storeSQL, string(answer), key)
	return err
}
