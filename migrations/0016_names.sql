-- Letter case is compared by this program alone: what Postgres takes for the same letter depends on the locale of
-- the database, and in the locale C (which CloudNativePG chooses) only ASCII has two cases.

-- A title as it is compared. Earlier versions do not write it. Of their rows it is filled in by and by, not here:
-- that would lock and rewrite every row while deliveries wait.
ALTER TABLE items ADD COLUMN title_folded text;
CREATE INDEX items_by_folded_title ON items USING gin (title_folded gin_trgm_ops) WHERE state = 'open';
CREATE INDEX items_unfolded ON items (account_id, generation, repo_id, number)
    WHERE state = 'open' AND title_folded IS NULL AND title IS NOT NULL;
CREATE OR REPLACE VIEW current_items AS
SELECT i.* FROM accounts a JOIN items i ON i.account_id = a.account_id AND i.generation = a.generation;

-- ASCII has the same two cases in the collation C of every database; names beyond it are few, and are all read.
-- The indexes without it, and items_by_title, are for earlier versions.
CREATE INDEX labels_by_ascii_name ON labels (lower(name COLLATE "C"), account_id, generation);
CREATE INDEX labels_beyond_ascii ON labels (account_id, generation) WHERE octet_length(name) <> char_length(name);
CREATE INDEX milestones_by_ascii_title ON milestones (lower(title COLLATE "C"), account_id, generation);
CREATE INDEX milestones_beyond_ascii ON milestones (account_id, generation)
    WHERE octet_length(title) <> char_length(title);
