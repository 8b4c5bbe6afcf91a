-- +goose Up
create table book (
    id      integer primary key autoincrement,
    shelf   integer not null references shelf (id),
    title   text not null,
    code    text unique,
    pages   integer not null,
    note    text not null,
    status  text not null,
    listed  boolean not null,
    version integer not null,
    constraint book_status check (status in ('unread', 'reading', 'read'))
);

-- +goose Down
drop table book;
