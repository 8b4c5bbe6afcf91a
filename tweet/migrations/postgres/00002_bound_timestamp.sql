-- +goose Up
-- What RFC 3339, and so an answer, cannot hold: infinity, years before 1 and after 9999.
-- Not valid: the table is not read while it is locked. The next migration reads it.
alter table tweet add constraint tweet_timestamp_years
    check (timestamp >= '0001-01-01 00:00:00+00' and timestamp < '10000-01-01 00:00:00+00') not valid;

-- +goose Down
alter table tweet drop constraint tweet_timestamp_years;
