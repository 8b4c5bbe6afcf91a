-- was 00002
-- +goose Up
-- SQLite accepts any type in any column, and checks all rows when a constraint is added. The
-- service cannot send a time that is stored in a form other than its own, so the update
-- converts such times: a number is seconds since 1970, and a value that is not a time
-- becomes the earliest time.
update tweet
set timestamp = coalesce(
    max('0001-01-01 00:00:00.000+00:00', strftime('%Y-%m-%d %H:%M:%f+00:00', timestamp, 'auto', '+0 days')),
    '0001-01-01 00:00:00.000+00:00')
where not (
    datetime(substr(timestamp, 1, 19), '+0 days') is substr(timestamp, 1, 19)
    and timestamp not glob '0000*' and timestamp glob '*[0-9]+00:00'
    and (length(timestamp) = 25 or rtrim(substr(timestamp, 20, length(timestamp) - 25), '0123456789') = '.')
);

alter table tweet add constraint tweet_timestamp_utc check (
    datetime(substr(timestamp, 1, 19), '+0 days') is substr(timestamp, 1, 19)
    and timestamp not glob '0000*' and timestamp glob '*[0-9]+00:00'
    and (length(timestamp) = 25 or rtrim(substr(timestamp, 20, length(timestamp) - 25), '0123456789') = '.')
);
alter table tweet add constraint tweet_version_type check (typeof(version) = 'integer');

-- +goose Down
alter table tweet drop constraint tweet_version_type;
alter table tweet drop constraint tweet_timestamp_utc;
