-- was 00002
-- +goose Up
-- A JSON time (RFC 3339) can hold the years 1 to 9999. Not valid: PostgreSQL does not check
-- the existing rows, which would keep the table locked.
alter table tweet add constraint tweet_timestamp_years
    check (timestamp >= '0001-01-01 00:00:00+00' and timestamp < '10000-01-01 00:00:00+00') not valid;

-- +goose Down
alter table tweet drop constraint tweet_timestamp_years;
