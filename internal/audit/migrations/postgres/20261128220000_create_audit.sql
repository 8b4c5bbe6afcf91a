-- +goose Up
-- One row for each change, which no statement of the service updates.
create table audit (
    id           bigint generated always as identity primary key,
    created      timestamptz not null,
    -- Who: the credential, and on whose behalf it is used. Empty if nobody was known.
    caller       text not null,
    caller_name  text not null,
    caller_owner text not null,
    -- The address, if nobody was known.
    client       text not null,
    operation    text not null,
    resource     text not null,
    row_id       text not null,
    -- Empty on the command line.
    request_id   text not null
);

-- Finds what has expired, and the latest.
create index audit_created on audit (created);

-- +goose Down
drop table audit;
