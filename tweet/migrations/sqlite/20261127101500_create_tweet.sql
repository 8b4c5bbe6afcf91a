-- was 00001
-- +goose Up
create table tweet (
    -- autoincrement: the id of a deleted row is not given again.
    id        integer primary key autoincrement,
    text      text not null,
    timestamp timestamp not null,
    -- Begins at random, and counts the changes of a row: the optimistic lock.
    version   integer not null,
    constraint tweet_text_length check (length(text) between 1 and 140)
);

-- +goose Down
drop table tweet;
