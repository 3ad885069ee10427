-- Rounds, scrubs, marks and notes: projections, folded from events whose source is scrub.

-- What was done with one item: marks and the note, by the key that the item had then. What an item
-- that came by transfer inherits is joined when reading.
CREATE TABLE remarks (
    account_id    bigint NOT NULL,
    generation    bigint NOT NULL,
    repo_id       bigint NOT NULL,
    number        bigint NOT NULL,
    -- Position of the last mark; 0: none.
    read_position bigint NOT NULL,
    -- Position of the note's last change; 0: there never was one.
    note_position bigint NOT NULL,
    -- The note says something.
    noted         boolean NOT NULL,
    folded        json NOT NULL,
    PRIMARY KEY (account_id, generation, repo_id, number)
);

-- Second and later rounds of views. The first has no row: it begins with the log.
CREATE TABLE rounds (
    account_id       bigint NOT NULL,
    generation       bigint NOT NULL,
    view             text NOT NULL,
    round            bigint NOT NULL,
    -- Marks after this position are the round's.
    started_position bigint NOT NULL,
    started_at       timestamptz,
    PRIMARY KEY (account_id, generation, view, round)
);

CREATE TABLE scrubs (
    account_id      bigint NOT NULL,
    generation      bigint NOT NULL,
    scrub           bigint NOT NULL,
    -- Null for one that a spreadsheet tells of.
    view            text,
    round           bigint,
    -- The date that the deck's days are counted to.
    date            date,
    host            text,
    opened_by       text,
    opened_at       timestamptz,
    opened_position bigint NOT NULL,
    -- When anything was last done in it.
    touched_at      timestamptz,
    closed_at       timestamptz,
    forgotten       boolean NOT NULL DEFAULT false,
    imported        boolean NOT NULL DEFAULT false,
    -- The place of the deck that is being read; null: nothing is left.
    cursor_place    bigint,
    -- Unread items that there were at its opening; the deck may hold fewer.
    total           bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (account_id, generation, scrub)
);
-- One open scrub a view.
CREATE UNIQUE INDEX scrubs_open ON scrubs (account_id, generation, view) WHERE closed_at IS NULL AND NOT imported;

CREATE TABLE attendees (
    account_id bigint NOT NULL,
    generation bigint NOT NULL,
    scrub      bigint NOT NULL,
    -- In lower case, for comparing.
    login      text NOT NULL,
    name       text NOT NULL,
    -- Of the event: the order in which they came.
    position   bigint NOT NULL,
    PRIMARY KEY (account_id, generation, scrub, login)
);

-- A scrub's rows, frozen as they were at its opening, and what became of them in it. Of a scrub that
-- a spreadsheet tells of: what it read, by the events' positions, without rank and days.
CREATE TABLE deck_rows (
    account_id       bigint NOT NULL,
    generation       bigint NOT NULL,
    scrub            bigint NOT NULL,
    place            bigint NOT NULL,
    repo_id          bigint NOT NULL,
    number           bigint NOT NULL,
    rank             bigint NOT NULL,
    days_age         bigint NOT NULL,
    days_stale       bigint NOT NULL,
    -- How the cursor left it: read, skipped; null: it has not.
    outcome          text,
    -- A reading in this scrub stands: by the cursor or by a spreadsheet, and no slip.
    marked           boolean NOT NULL DEFAULT false,
    -- The events with which the cursor came and went, and their times.
    arrived_position bigint,
    arrived_at       timestamptz,
    left_position    bigint,
    left_at          timestamptz,
    PRIMARY KEY (account_id, generation, scrub, place)
);
CREATE INDEX deck_rows_of_item ON deck_rows (account_id, generation, repo_id, number);

-- Rows of spreadsheets about items that are not here.
CREATE TABLE unplaced_rows (
    account_id bigint NOT NULL,
    generation bigint NOT NULL,
    -- Of the event.
    position   bigint NOT NULL,
    told       json NOT NULL,
    PRIMARY KEY (account_id, generation, position)
);

-- Items that came by transfer are few, and inherit remarks: they are found without reading all. A
-- column of its own, since an index on the folded state would have every update write all indexes.
ALTER TABLE items ADD COLUMN came_by_transfer boolean NOT NULL DEFAULT false;
UPDATE items SET came_by_transfer = true WHERE folded -> 'transferred_from' IS NOT NULL;
CREATE INDEX items_transferred ON items (account_id, generation, repo_id, number) WHERE came_by_transfer;
