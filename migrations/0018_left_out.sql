-- What could not be read of what GitHub sent and answered: one row for each place, which is named by the
-- field that we read. Account 0 has what is not about one account.
CREATE TABLE left_out (
    account_id  bigint NOT NULL,
    -- The delivery's event, or what GitHub was asked for.
    source      text NOT NULL,
    place       text NOT NULL,
    times       bigint NOT NULL,
    last_at     timestamptz NOT NULL,
    -- The delivery's GUID, or the repository, of the last time; empty if there is none.
    last_seen   text NOT NULL,
    PRIMARY KEY (account_id, source, place)
);

-- Items of which only the time of the last update was newer on GitHub, which GitHub may move without a
-- delivery. From now on, `mended` is what a delivery should have told.
ALTER TABLE sync ADD COLUMN refreshed bigint NOT NULL DEFAULT 0;

-- How often the listing began anew, because GitHub no longer took the place where it was to go on.
ALTER TABLE jobs ADD COLUMN begun_anew integer NOT NULL DEFAULT 0;
