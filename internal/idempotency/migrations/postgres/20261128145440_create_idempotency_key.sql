-- +goose Up
create table idempotency_key (
    key         text primary key,
    -- SHA-256 of the request, of which nothing else is kept.
    fingerprint bytea not null,
    -- The response as JSON, null only in the transaction that makes it.
    answer      text,
    created     timestamptz not null
);

-- Finds what has expired.
create index idempotency_key_created on idempotency_key (created);

-- +goose Down
drop table idempotency_key;
