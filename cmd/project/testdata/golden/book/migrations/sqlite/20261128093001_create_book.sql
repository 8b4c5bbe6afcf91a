-- +goose Up
create table book (
    -- autoincrement: the id of a deleted row is not reused.
    id        integer primary key autoincrement,
    shelf     integer not null references shelf (id),
    serial    text not null constraint book_serial_key unique,
    number    integer not null constraint book_number_key unique,
    mail      text constraint book_mail_key unique,
    bought    date not null constraint book_bought_key unique,
    -- In units of the last decimal place: 1.005 is 1005.
    amount    integer not null constraint book_amount_key unique,
    copy      text not null constraint book_copy_key unique,
    key       text not null,
    tag       text,
    currency  text not null,
    seen      timestamp,
    title     text not null,
    -- In units of the last decimal place: 1.05 is 105.
    price     integer not null,
    -- In units of the last decimal place: 1.005 is 1005.
    rate      integer,
    day       date not null,
    until     date,
    body      text not null,
    note      text,
    code      text not null,
    pages     integer not null,
    year      integer not null,
    zip       text not null,
    score     integer not null,
    rank      integer,
    done      boolean not null,
    listed    boolean not null,
    sold      boolean not null,
    lent      boolean,
    state     text not null,
    size      text,
    due       timestamp,
    starts_at timestamp not null,
    added     timestamp not null,
    owner     text not null,
    site      text,
    motto     text not null,
    home      integer references shelf (id),
    origin    integer references shelf (id) on delete cascade,
    -- The optimistic lock: starts at a random number and counts the changes of a row.
    version   integer not null,
    constraint book_version_type check (typeof(version) = 'integer'),
    constraint book_serial_length check (length(serial) between 4 and 20),
    constraint book_number_range check (typeof(number) in ('integer', 'null') and (number is null or number between 1 and 99999)),
    constraint book_mail_length check (length(mail) between 3 and 254),
    constraint book_bought_form check (date(bought, '+0 days') is bought and bought not glob '0000*'),
    constraint book_amount_digits check (typeof(amount) in ('integer', 'null') and (amount is null or amount between -999999999999 and 999999999999)),
    constraint book_copy_form check (copy glob '[0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f]-[0-9a-f][0-9a-f][0-9a-f][0-9a-f]-[0-9a-f][0-9a-f][0-9a-f][0-9a-f]-[0-9a-f][0-9a-f][0-9a-f][0-9a-f]-[0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f]'),
    constraint book_key_form check (key glob '[0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f]-[0-9a-f][0-9a-f][0-9a-f][0-9a-f]-[0-9a-f][0-9a-f][0-9a-f][0-9a-f]-[0-9a-f][0-9a-f][0-9a-f][0-9a-f]-[0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f]'),
    constraint book_tag_form check (tag glob '[0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f]-[0-9a-f][0-9a-f][0-9a-f][0-9a-f]-[0-9a-f][0-9a-f][0-9a-f][0-9a-f]-[0-9a-f][0-9a-f][0-9a-f][0-9a-f]-[0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f]'),
    constraint book_currency_length check (length(currency) between 3 and 3),
    constraint book_seen_utc check (
        datetime(substr(seen, 1, 19), '+0 days') is substr(seen, 1, 19)
        and seen not glob '0000*' and seen glob '*[0-9]+00:00'
        and (length(seen) = 25 or rtrim(substr(seen, 20, length(seen) - 25), '0123456789') = '.')),
    constraint book_title_length check (length(title) between 1 and 80),
    constraint book_price_digits check (typeof(price) in ('integer', 'null') and (price is null or price between -9999999999 and 9999999999)),
    constraint book_rate_digits check (typeof(rate) in ('integer', 'null') and (rate is null or rate between -9999 and 9999)),
    constraint book_day_form check (date(day, '+0 days') is day and day not glob '0000*'),
    constraint book_until_form check (date(until, '+0 days') is until and until not glob '0000*'),
    constraint book_body_length check (length(body) between 1 and 10000),
    constraint book_note_length check (length(note) between 1 and 10000),
    constraint book_code_length check (length(code) between 0 and 20),
    constraint book_pages_range check (typeof(pages) in ('integer', 'null') and (pages is null or pages between 1 and 9999)),
    constraint book_year_range check (typeof(year) in ('integer', 'null') and (year is null or year between 1900 and 2100)),
    constraint book_zip_length check (length(zip) between 5 and 5),
    constraint book_score_range check (typeof(score) in ('integer', 'null') and (score is null or score between -5 and 5)),
    constraint book_rank_range check (typeof(rank) in ('integer', 'null') and (rank is null or rank between -9007199254740991 and 9007199254740991)),
    constraint book_done_type check (done in (0, 1)),
    constraint book_listed_type check (listed in (0, 1)),
    constraint book_sold_type check (sold in (0, 1)),
    constraint book_lent_type check (lent in (0, 1)),
    constraint book_state_values check (state in ('open', 'closed')),
    constraint book_size_values check (size in ('s', 'm', 'l')),
    constraint book_due_utc check (
        datetime(substr(due, 1, 19), '+0 days') is substr(due, 1, 19)
        and due not glob '0000*' and due glob '*[0-9]+00:00'
        and (length(due) = 25 or rtrim(substr(due, 20, length(due) - 25), '0123456789') = '.')),
    constraint book_starts_at_utc check (
        datetime(substr(starts_at, 1, 19), '+0 days') is substr(starts_at, 1, 19)
        and starts_at not glob '0000*' and starts_at glob '*[0-9]+00:00'
        and (length(starts_at) = 25 or rtrim(substr(starts_at, 20, length(starts_at) - 25), '0123456789') = '.')),
    constraint book_added_utc check (
        datetime(substr(added, 1, 19), '+0 days') is substr(added, 1, 19)
        and added not glob '0000*' and added glob '*[0-9]+00:00'
        and (length(added) = 25 or rtrim(substr(added, 20, length(added) - 25), '0123456789') = '.')),
    constraint book_owner_length check (length(owner) between 3 and 254),
    constraint book_site_length check (length(site) between 1 and 2000),
    constraint book_motto_length check (length(motto) between 1 and 40)
);

-- Finds what refers to a row when that is deleted.
create index book_shelf on book (shelf);

-- Finds what refers to a row when that is deleted.
create index book_home on book (home);

-- Finds what refers to a row when that is deleted.
create index book_origin on book (origin);

-- The orders that the list offers.
create index book_by_serial on book (serial, id);
create index book_by_number on book (number, id);
create index book_by_mail on book (coalesce(mail, ''), id);
create index book_by_bought on book (bought, id);
create index book_by_amount on book (amount, id);
create index book_by_copy on book (copy, id);
create index book_by_key on book (key, id);
create index book_by_tag on book (coalesce(tag, '00000000-0000-0000-0000-000000000000'), id);
create index book_by_currency on book (currency, id);
create index book_by_seen on book (coalesce(seen, '0001-01-01 00:00:00+00:00'), id);
create index book_by_shelf on book (shelf, id);
create index book_by_home on book (coalesce(home, 0), id);
create index book_by_origin on book (coalesce(origin, 0), id);
create index book_by_title on book (title, id);
create index book_by_price on book (price, id);
create index book_by_rate on book (coalesce(rate, -9999), id);
create index book_by_day on book (day, id);
create index book_by_until on book (coalesce(until, '0001-01-01'), id);
create index book_by_code on book (code, id);
create index book_by_pages on book (pages, id);
create index book_by_year on book (year, id);
create index book_by_zip on book (zip, id);
create index book_by_score on book (score, id);
create index book_by_rank on book (coalesce(rank, -9007199254740991), id);
create index book_by_done on book (done, id);
create index book_by_listed on book (listed, id);
create index book_by_sold on book (sold, id);
create index book_by_state on book (state, id);
create index book_by_size on book (coalesce(size, ''), id);
create index book_by_due on book (coalesce(due, '0001-01-01 00:00:00+00:00'), id);
create index book_by_starts_at on book (starts_at, id);
create index book_by_added on book (added, id);
create index book_by_owner on book (owner, id);
create index book_by_motto on book (motto, id);

-- +goose Down
drop table book;
