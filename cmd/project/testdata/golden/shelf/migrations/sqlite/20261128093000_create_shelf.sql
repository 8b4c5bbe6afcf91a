-- +goose Up
create table shelf (
    -- autoincrement: the id of a deleted row is not reused.
    id      integer primary key autoincrement,
    name    text not null,
    founded timestamp not null,
    -- The optimistic lock: starts at a random number and counts the changes of a row.
    version integer not null,
    constraint shelf_version_type check (typeof(version) = 'integer'),
    constraint shelf_name_length check (length(name) between 1 and 40),
    constraint shelf_founded_utc check (
        datetime(substr(founded, 1, 19), '+0 days') is substr(founded, 1, 19)
        and founded not glob '0000*' and founded glob '*[0-9]+00:00'
        and (length(founded) = 25 or rtrim(substr(founded, 20, length(founded) - 25), '0123456789') = '.'))
);

-- +goose Down
drop table shelf;
