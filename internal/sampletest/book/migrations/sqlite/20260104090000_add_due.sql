-- +goose Up
alter table book add column due timestamp;

-- +goose Down
alter table book drop column due;
