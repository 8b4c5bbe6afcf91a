-- +goose Up
create table api_session (
    -- SHA-256 of the secret in the cookie, which is not kept.
    hash    blob primary key,
    -- Who has signed in: the id, the name, the owner and the scopes, separated by spaces, of the
    -- credential that proved it.
    caller  text not null,
    name    text not null,
    owner   text not null,
    scopes  text not null,
    created timestamp not null,
    -- Moves on while the session is used.
    expires timestamp not null
);
create index api_session_caller_idx on api_session (caller, created);
create index api_session_expires_idx on api_session (expires);

-- +goose Down
drop table api_session;
