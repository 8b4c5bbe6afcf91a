-- +goose Up
create table diary (
    -- autoincrement: the id of a deleted row is not reused.
    id      integer primary key autoincrement,
    owner   text not null,
    title   text not null,
    -- The optimistic lock: starts at a random number and counts the changes of a row.
    version integer not null,
    constraint diary_version_type check (typeof(version) = 'integer'),
    constraint diary_owner_length check (length(owner) between 0 and 400),
    constraint diary_title_length check (length(title) between 1 and 80),
    constraint diary_owner_id_key unique (owner, id)
);

-- +goose Down
drop table diary;
