-- +goose Up
-- SQLite has read the rows when the constraints were added.
select 1;

-- +goose Down
select 1;
