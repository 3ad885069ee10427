-- What people have said about the dates of the schedule: settings of an account, as its views are. A date has a row once
-- anything was said about it, and keeps it, so that its sequence never goes back.
CREATE TABLE schedule_dates (
    account_id bigint NOT NULL,
    -- The date that the schedule has, in the zone where the meeting is held.
    date       date NOT NULL,
    cancelled  boolean NOT NULL DEFAULT false,
    -- When the meeting begins instead.
    moved_to   timestamptz,
    reason     text NOT NULL DEFAULT '',
    -- How often the date or its talks have changed.
    sequence   bigint NOT NULL,
    changed_at timestamptz NOT NULL,
    PRIMARY KEY (account_id, date)
);

-- What somebody presents at a meeting.
CREATE TABLE talks (
    account_id bigint NOT NULL,
    date       date NOT NULL,
    -- The sequence of the date when it was added.
    talk       bigint NOT NULL,
    title      text NOT NULL,
    presenter  text NOT NULL,
    -- How long it takes, if that was said.
    minutes    bigint,
    PRIMARY KEY (account_id, date, talk)
);

-- Who greets those who come to a scrub that is going on. It goes with the end of the scrub.
CREATE TABLE scrub_greeters (
    account_id bigint NOT NULL,
    scrub      bigint NOT NULL,
    greeter    text NOT NULL,
    PRIMARY KEY (account_id, scrub)
);

-- Names that people left without an account, each by the tab in which it was left, while the scrub goes on. That they came is
-- an event as everybody's coming is.
CREATE TABLE scrub_guests (
    account_id bigint NOT NULL,
    scrub      bigint NOT NULL,
    client     text NOT NULL,
    name       text NOT NULL,
    PRIMARY KEY (account_id, scrub, client)
);

-- Whether somebody was at an earlier scrub.
CREATE INDEX attendees_by_login ON attendees (account_id, generation, login, scrub);
