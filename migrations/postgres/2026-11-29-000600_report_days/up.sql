-- What reports are made of: the figures of days that are over, and of whole weeks of them, so that a year is read as quickly
-- as a week. They are anonymous numbers: a customer who is deleted later stays counted.
CREATE TABLE report_days (
  -- How many days a row counts: 1, or 7 from a Monday on.
  days BIGINT NOT NULL,
  -- The first of them, as days since 1970-01-01.
  day BIGINT NOT NULL,
  -- 0: all channels together.
  channel_id BIGINT NOT NULL,
  -- The assignee. 0: nobody; -1: everybody together.
  operator_id BIGINT NOT NULL,
  opened BIGINT NOT NULL,
  by_customers BIGINT NOT NULL,
  closed BIGINT NOT NULL,
  -- Of those closed that customers had opened, by the time to the first reply.
  reply_1_min BIGINT NOT NULL,
  reply_5_min BIGINT NOT NULL,
  reply_15_min BIGINT NOT NULL,
  reply_1_h BIGINT NOT NULL,
  reply_4_h BIGINT NOT NULL,
  reply_1_day BIGINT NOT NULL,
  reply_later BIGINT NOT NULL,
  reply_never BIGINT NOT NULL,
  -- Seconds to the first reply, and from the beginning to the end, in sum.
  reply_seconds BIGINT NOT NULL,
  close_seconds BIGINT NOT NULL,
  rated BIGINT NOT NULL,
  -- Their stars in sum.
  stars BIGINT NOT NULL,
  PRIMARY KEY (days, day, channel_id, operator_id)
);
CREATE INDEX report_days_operator ON report_days (days, operator_id, day, channel_id);

-- Which days have been counted, also those on which nothing happened, as days of which time zone.
CREATE TABLE reported_days (
  day BIGINT NOT NULL PRIMARY KEY,
  time_zone TEXT NOT NULL
);
