-- +goose Up
alter table book add column due timestamptz;

-- +goose Down
alter table book drop column due;
