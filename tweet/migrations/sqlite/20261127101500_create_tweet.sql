-- was 00001
-- +goose Up
create table tweet (
    -- autoincrement: the id of a deleted row is not reused.
    id        integer primary key autoincrement,
    text      text not null,
    timestamp timestamp not null,
    -- The optimistic lock: starts at a random number and counts the changes of a row.
    version   integer not null,
    constraint tweet_text_length check (length(text) between 1 and 140)
);

-- +goose Down
drop table tweet;
