-- +goose Up
create table tweet (
    -- autoincrement: the id of a deleted row is not reused.
    id        integer primary key autoincrement,
    text      text not null,
    timestamp timestamp not null,
    -- The optimistic lock: starts at a random number and counts the changes of a row.
    version   integer not null,
    constraint tweet_version_type check (typeof(version) = 'integer'),
    constraint tweet_text_length check (length(text) between 1 and 140),
    constraint tweet_timestamp_utc check (
        datetime(substr(timestamp, 1, 19), '+0 days') is substr(timestamp, 1, 19)
        and timestamp not glob '0000*' and timestamp glob '*[0-9]+00:00'
        and (length(timestamp) = 25 or rtrim(substr(timestamp, 20, length(timestamp) - 25), '0123456789') = '.'))
);

-- +goose Down
drop table tweet;
