-- The room of a scrub that is going on: who is there, who reads what, and how much time is left. It is what is so at the
-- moment: no event tells of it, no rebuild makes it anew, and it goes with the end of the scrub.
CREATE TABLE scrub_rooms (
    account_id    bigint NOT NULL,
    scrub         bigint NOT NULL,
    -- Grows with each change that others are told of.
    version       bigint NOT NULL DEFAULT 1,
    -- Grows with each setting of the timer.
    timer_version bigint NOT NULL DEFAULT 0,
    -- For how long a row is read; null: as long as it takes.
    row_seconds   bigint,
    -- When the meeting ends; null: nobody said so.
    ends_at       timestamptz,
    -- Since when the timer stands still; null: it goes.
    paused_at     timestamptz,
    -- When it went on after it had stood still, and for how long it had on the row of then.
    resumed_at    timestamptz,
    held_ms       bigint NOT NULL DEFAULT 0,
    -- Who is to lead the scrub in place of a host who is away, who asked for it, and when.
    wanted_host   text,
    asked_by      text,
    asked_at      timestamptz,
    PRIMARY KEY (account_id, scrub)
);

-- Who is there: a row for each tab that somebody has open. It counts until it expires.
CREATE TABLE scrub_presences (
    account_id bigint NOT NULL,
    scrub      bigint NOT NULL,
    -- In lower case, for comparing. Empty: somebody who only reads, and is not named.
    login      text NOT NULL,
    -- The tab, by an id of its own.
    client     text NOT NULL,
    name       text NOT NULL,
    -- The place in the deck that they look at; null: none, or the cursor's.
    place      bigint,
    following  boolean NOT NULL,
    typing     boolean NOT NULL,
    came_at    timestamptz NOT NULL,
    -- When they last did something else than stay.
    changed_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    PRIMARY KEY (account_id, scrub, login, client)
);

-- The rows of a deck that somebody took to read by themselves, until the lease ends.
CREATE TABLE scrub_claims (
    account_id bigint NOT NULL,
    scrub      bigint NOT NULL,
    place      bigint NOT NULL,
    -- In lower case, for comparing.
    login      text NOT NULL,
    name       text NOT NULL,
    until      timestamptz NOT NULL,
    PRIMARY KEY (account_id, scrub, place)
);

-- When the cursor last came to a row or left it, from when on it was moved by hand to it or away from it. Of such a row the
-- first coming and the last going are kept. Null: the cursor only ever went on.
ALTER TABLE deck_rows ADD COLUMN moved_at timestamptz;

CREATE OR REPLACE VIEW current_deck_rows AS
SELECT d.* FROM accounts a JOIN deck_rows d ON d.account_id = a.account_id AND d.generation = a.generation;
