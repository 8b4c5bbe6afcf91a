-- +goose Up
create table shelf (
    id      integer primary key autoincrement,
    name    text not null,
    version integer not null
);

-- +goose Down
drop table shelf;
