-- What filters look up: names without regard to case, and texts within titles.

-- Part of every Postgres distribution; its owner may create it in a database of their own.
CREATE EXTENSION IF NOT EXISTS pg_trgm;

CREATE INDEX labels_by_name ON labels (account_id, generation, lower(name));
CREATE INDEX milestones_by_title ON milestones (account_id, generation, lower(title));
-- Only open items are searched often. Not of one account's key first: trigram indexes have no
-- other columns without a further extension, and the account is checked on the rows found.
CREATE INDEX items_by_title ON items USING gin (title gin_trgm_ops) WHERE state = 'open';
