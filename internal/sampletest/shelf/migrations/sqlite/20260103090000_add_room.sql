-- +goose Up
alter table shelf add column room text not null default '';

-- +goose Down
alter table shelf drop column room;
