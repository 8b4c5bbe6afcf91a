-- +goose Up
create table api_token (
    -- autoincrement: the id of a deleted row is not reused.
    id      integer primary key autoincrement,
    -- Several have the same name while one replaces another.
    name    text not null,
    owner   text not null,
    -- Separated by spaces.
    scopes  text not null,
    -- SHA-256 of the secret, which is not kept.
    hash    blob not null,
    created timestamp not null,
    -- Null: never.
    expires timestamp,
    revoked timestamp,
    -- The hour of the last use.
    used    timestamp,
    constraint api_token_hash_key unique (hash)
);

-- +goose Down
drop table api_token;
