-- What filters look up: names without regard to case, and texts within titles.

-- Part of every Postgres distribution; its owner may create it in a database of their own.
CREATE EXTENSION IF NOT EXISTS pg_trgm;

-- The name first: beginning as the primary keys do, these would be taken for theirs while the
-- tables' statistics are missing, and a look-up of one label would read all of an account's.
CREATE INDEX labels_by_name ON labels (lower(name), account_id, generation);
CREATE INDEX milestones_by_title ON milestones (lower(title), account_id, generation);
-- Only open items are searched often. Not of one account's key first: trigram indexes have no
-- other columns without a further extension, and the account is checked on the rows found.
CREATE INDEX items_by_title ON items USING gin (title gin_trgm_ops) WHERE state = 'open';
