-- +goose Up
create table entry (
    -- autoincrement: the id of a deleted row is not reused.
    id      integer primary key autoincrement,
    owner   text not null,
    diary   integer not null,
    earlier integer,
    shelf   integer references shelf (id),
    text    text not null,
    number  integer not null,
    day     date not null,
    mood    text not null,
    written timestamp not null,
    -- The optimistic lock: starts at a random number and counts the changes of a row.
    version integer not null,
    constraint entry_version_type check (typeof(version) = 'integer'),
    constraint entry_owner_length check (length(owner) between 0 and 400),
    constraint entry_text_length check (length(text) between 1 and 200),
    constraint entry_number_range check (typeof(number) in ('integer', 'null') and (number is null or number between 1 and 99999)),
    constraint entry_day_form check (date(day, '+0 days') is day and day not glob '0000*'),
    constraint entry_mood_values check (mood in ('good', 'bad')),
    constraint entry_written_utc check (
        datetime(substr(written, 1, 19), '+0 days') is substr(written, 1, 19)
        and written not glob '0000*' and written glob '*[0-9]+00:00'
        and (length(written) = 25 or rtrim(substr(written, 20, length(written) - 25), '0123456789') = '.')),
    constraint entry_owner_id_key unique (owner, id),
    constraint entry_diary_fkey foreign key (owner, diary) references diary (owner, id) on delete cascade,
    constraint entry_earlier_fkey foreign key (owner, earlier) references diary (owner, id),
    constraint entry_number_key unique (owner, number)
);

-- Finds what refers to a row when that is deleted.
create index entry_diary on entry (owner, diary);

-- Finds what refers to a row when that is deleted.
create index entry_earlier on entry (owner, earlier);

-- Finds what refers to a row when that is deleted.
create index entry_shelf on entry (shelf);

-- The orders that the list offers.
create index entry_by_diary on entry (owner, diary, id);
create index entry_by_earlier on entry (owner, coalesce(earlier, 0), id);
create index entry_by_number on entry (owner, number, id);
create index entry_by_day on entry (owner, day, id);
create index entry_by_mood on entry (owner, mood, id);
create index entry_by_written on entry (owner, written, id);
create index entry_by_text on entry (owner, text, id);

-- +goose Down
drop table entry;
