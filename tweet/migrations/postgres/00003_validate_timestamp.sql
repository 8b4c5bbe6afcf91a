-- +goose Up
-- Rows with such a time could never be read: they get the nearest that can.
update tweet set timestamp = '0001-01-01 00:00:00+00' where timestamp < '0001-01-01 00:00:00+00';
update tweet set timestamp = '9999-12-31 23:59:59.999999+00' where timestamp >= '10000-01-01 00:00:00+00';
alter table tweet validate constraint tweet_timestamp_years;

-- +goose Down
-- The rows are as good as before.
select 1;
