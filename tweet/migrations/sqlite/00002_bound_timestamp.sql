-- +goose Up
-- SQLite takes any type in any column. Rows that are not as the service writes them get
-- the nearest that is: numbers are seconds or milliseconds since 1970, other times are
-- brought into its form, and what is no time becomes the first that there is.
update tweet
set timestamp = coalesce(
    (select form from (select case
        when typeof(timestamp) = 'text' then strftime('%Y-%m-%d %H:%M:%f+00:00', timestamp, '+0 days')
        when abs(timestamp) < 1e11 then strftime('%Y-%m-%d %H:%M:%f+00:00', timestamp, 'unixepoch')
        else strftime('%Y-%m-%d %H:%M:%f+00:00', timestamp / 1000.0, 'unixepoch')
        end as form) where form >= '0001'),
    '0001-01-01 00:00:00+00:00')
where typeof(timestamp) <> 'text' or instr(timestamp, char(0)) > 0
or timestamp not glob '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9]*+00:00'
or datetime(substr(timestamp, 1, 19), '+0 days') is not substr(timestamp, 1, 19)
or length(timestamp) > 25 and (substr(timestamp, 20, 2) not glob '.[0-9]'
    or substr(timestamp, 21, length(timestamp) - 26) glob '*[^0-9]*')
or timestamp glob '0000*';

update tweet
set text = substr(json_extract(replace(json_quote(cast(text as text)), '\u0000', '\ufffd'), '$'), 1, 140)
where typeof(text) <> 'text' or instr(text, char(0)) > 0;

update tweet set version = abs(random() / 4096) + 1 where typeof(version) <> 'integer';

alter table tweet add constraint tweet_timestamp_utc check (
    typeof(timestamp) = 'text' and instr(timestamp, char(0)) = 0
    and timestamp glob '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9]*+00:00'
    and datetime(substr(timestamp, 1, 19), '+0 days') is substr(timestamp, 1, 19)
    and (length(timestamp) = 25 or substr(timestamp, 20, 2) glob '.[0-9]'
        and substr(timestamp, 21, length(timestamp) - 26) not glob '*[^0-9]*')
    and timestamp not glob '0000*'
);
alter table tweet add constraint tweet_text_type check (typeof(text) = 'text' and instr(text, char(0)) = 0);
alter table tweet add constraint tweet_version_type check (typeof(version) = 'integer');

-- +goose Down
alter table tweet drop constraint tweet_version_type;
alter table tweet drop constraint tweet_text_type;
alter table tweet drop constraint tweet_timestamp_utc;
