-- What a view is called, what to do with its items, and how many it may have and still count as done.
ALTER TABLE views
    ADD COLUMN title text NOT NULL DEFAULT '',
    ADD COLUMN resolution text NOT NULL DEFAULT '',
    -- Null: it never counts as done.
    ADD COLUMN target bigint;
